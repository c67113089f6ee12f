"""Opening files, recognising their form, and cutting them into records. Repairs nothing."""
