"""The HTML report of a release: a folder that opens from disk, without a network.

Summaries are strangers' text. Whatever of them becomes markup is written by this package from an
allowlist, at build time; the pages forbid everything else by a Content-Security-Policy.
"""
