"""Opening files, recognising their form and cutting them into records, without any repair."""
