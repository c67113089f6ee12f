"""Catalogues of known summaries: what their texts are recognised by, and what papers they are of.

A catalogue is one Parquet file, made from a release. It holds fingerprints instead of texts.
"""
