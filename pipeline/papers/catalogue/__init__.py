"""Catalogues of known summaries: fingerprints to recognise their texts by, and their papers.

A catalogue is one Parquet file, made from a release. It holds fingerprints instead of texts.
"""
