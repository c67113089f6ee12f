"""Finding the records that carry the same summary, verified and explained."""
