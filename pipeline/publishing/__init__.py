"""Sending a release to a dataset repository of the Hugging Face Hub."""
