"""Finding the records that carry one summary, verified and explained."""
