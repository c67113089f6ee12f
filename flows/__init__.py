"""The Prefect flows: they run the build and publishing as tasks, without logic of their own."""
