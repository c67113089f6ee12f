"""Bibliography files: one reader per format, one index per file, and lookups."""
