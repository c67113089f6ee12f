"""Linking summaries to the papers of a bibliography by what they say."""
