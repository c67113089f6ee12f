"""Identifiers that a text writes out."""

import pytest

from shortscience.pipeline.extraction.written_identifiers import written_identifiers
from shortscience.pipeline.scanner import Covered, scan


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("as in arXiv:1611.03530v2.", [("arxiv:1611.03530", "arXiv:1611.03530v2")]),
        ("ARXIV 1611.03530", [("arxiv:1611.03530", "ARXIV 1611.03530")]),
        ("at abs/1611.03530 now", [("arxiv:1611.03530", "abs/1611.03530")]),
        ("doi: 10.1000/5", [("doi:10.1000/5", "doi: 10.1000/5")]),
        ("see 10.1000/abc123.", [("doi:10.1000/abc123", "10.1000/abc123")]),
        ("10.48550/arXiv.1611.03530", [("arxiv:1611.03530", "10.48550/arXiv.1611.03530")]),
        ("a score of 10.1000/5", []),
        ("`arXiv:1611.03530` and $10.1000/abc123$", []),
        ("barxiv 1611.03530", []),
        ("slabs/1611.03530", []),
        ("the matrix 1611.03530", []),
        ("", []),
    ],
)
def test_written_identifiers(text, found):
    written = written_identifiers(text, Covered(scan(text)))
    assert [(item.identifier.name, text[item.start : item.end]) for item in written] == found
