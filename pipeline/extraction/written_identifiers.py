"""The arXiv ids and DOIs that a text writes out: `arXiv:1611.03530`, `doi: 10.1000/abc123`."""

import re
from collections.abc import Sequence

from shortscience.pipeline.anchors import Anchored
from shortscience.pipeline.identifiers import (
    ARXIV,
    ARXIV_LABELLED,
    Written,
    dois,
    parse_arxiv,
)
from shortscience.pipeline.scanner import Covered

_PATH = re.compile(rf"(?<![^\W_])(?:abs|pdf)/((?i:{ARXIV}))")
_ARXIV = (
    Anchored("xiv", ARXIV_LABELLED, distance=2),
    Anchored("X", ARXIV_LABELLED, distance=2),
    Anchored("/", _PATH, distance=3),
)
_DOI_LABEL = re.compile(r"\bdoi[: ] ?\Z", re.IGNORECASE)
_LONGEST_LABEL = 5
# `10.1234/5` may be anything, so a DOI without a label needs a longer suffix.
_BARE_DOI = re.compile(r"(?<![\w./{,:;=])10\.[\d.]{4,20}/\S{6}")


def written_identifiers(text: str, opaque: Covered) -> list[Written]:
    """Return the identifiers, with their labels, that are written out outside of `opaque`."""
    found = [doi for written in dois(text) if (doi := _labelled(text, written))]
    inside = [item for item in found if item.start not in opaque]
    return _arxiv_ids(text, opaque, found) + inside


def _arxiv_ids(text: str, opaque: Covered, others: Sequence[Written]) -> list[Written]:
    """Return the arXiv ids of a text that are not part of a DOI."""
    matches = [match for anchored in _ARXIV for match in anchored.matches(text)]
    if not matches:
        return []
    matches.sort(key=re.Match.start)
    covered = Covered(others)
    written: list[Written] = []
    end = 0
    for match in matches:
        start = match.start()
        if start < end or start in opaque or start in covered:
            continue
        end = match.end()
        if identifier := parse_arxiv(match[1]):
            written.append(Written(identifier, start, end))
    return written


def _labelled(text: str, doi: Written) -> Written | None:
    """Return a DOI with its label; None if it has neither a label nor the length to go without."""
    label = _DOI_LABEL.search(text, max(0, doi.start - _LONGEST_LABEL), doi.start)
    if label is None and not _BARE_DOI.match(text, doi.start):
        return None
    return doi._replace(start=label.start()) if label else doi
