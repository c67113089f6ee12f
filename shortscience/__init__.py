"""ShortScience dumps, turned into a dataset: the library."""
