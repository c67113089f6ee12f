"""The HTML report of a release: a folder that opens from disk, without a network.

Summaries are untrusted text. This package writes all of their markup from an allowlist, at build
time; a Content-Security-Policy in the pages forbids everything else.
"""
