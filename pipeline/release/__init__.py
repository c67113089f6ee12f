"""Tables, validation, and the release that holds both."""
