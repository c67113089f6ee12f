"""The Prefect flows: they name the stages in order and know no text processing."""
