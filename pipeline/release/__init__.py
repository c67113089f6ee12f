"""Tables, validation and release folders."""
