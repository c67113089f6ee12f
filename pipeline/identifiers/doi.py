"""DOIs: their extent in a text, and their normal form.

A DOI may hold any printable character (DOI Handbook 2.2), brackets included: those from before 2000
often hold SICIs (ANSI/NISO Z39.56), which end like `365:1<113::AID-CNE9>3.0.CO;2-6`. So a closing
bracket belongs to the DOI only if it was opened inside.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

from shortscience.pipeline.characters import ASCII_PUNCTUATION
from shortscience.pipeline.identifiers.arxiv import parse_arxiv
from shortscience.pipeline.identifiers.identifier import Identifier, Written

# A registrant has four digits or more, and may be divided: 10.1000.10.
_START = r"10\.\d{4,9}(?:\.\d{1,9}){0,3}/"
# A DOI may have non-ASCII letters, but not the ideographs of Chinese or Japanese prose.
_CHARACTER = r"(?:[!#-_a-~]|(?![\u1100-\u11ff\u2e80-\U0010ffff])[^\W_])"
PATTERN = rf"^{_START}\S+$"
_DOI = re.compile(rf"{_START}(?P<suffix>{_CHARACTER}{{1,500}})")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*/?(?:>|$)")
# An ISSN and a date, or a SICI without its end, which begin the DOIs of articles.
_CUT = re.compile(r"\d{4}-\d{3}[\dX]\(\d{0,8}\)$|\(SICI\)(?!.*CO;2-.$)", re.IGNORECASE)
_OPENING = "([{<"
_BRACKET = re.compile(r"[][(){}<>]")
_CLOSING = {")": "(", "]": "[", "}": "{", ">": "<"}
# A DOI ends with a letter, a digit, a closing bracket or one of a few signs.
_TRAILING = re.compile(r"(?:&(?:gt|lt|quot|#\d+);|[^\w()[\]{}<>=/#+-]|_)+$|(?<=\w)/$")
_POINTER = re.compile(r"\[\d{1,3}(?:[-,]\d{1,3})*\]$")
_ESCAPE = re.compile(rf"\\(?=[{ASCII_PUNCTUATION}])")
_LABELS = re.compile(r"(?:\W*(?:https?|info|urn|dx|www|org|doi)\b)*\W*", re.IGNORECASE)
_CONTINUATION = re.compile(r"\s*(?:[\[(;,|<\\]|$|10\.|https?:|doi\b)", re.IGNORECASE)
_REACH = 100
_OF_ARXIV = re.compile(r"10\.48550/arxiv[.:](.+)", re.IGNORECASE)


def dois(text: str) -> Iterator[Written]:
    """Yield the DOIs of a text, in order."""
    position = 0
    while match := _DOI.search(text, position):
        found = _at(match)
        position = found.end if found else match.start("suffix")
        if found:
            yield found


def parse_doi(text: str) -> Identifier | None:
    """Parse a DOI with or without a label; the first of several.

    Case is folded, as DOIs are case-insensitive (DOI Handbook 2.4). DOIs that arXiv assigns become
    arXiv identifiers. A DOI that ends inside open brackets was cut off and gives None.
    """
    match = _DOI.match(text, _LABELS.match(text).end())  # type: ignore[union-attr]
    found = _at(match) if match else None
    if found is None:
        return None
    rest = _TRAILING.sub("", text[found.end : found.end + _REACH].lstrip("".join(_CLOSING)))
    return found.identifier if _CONTINUATION.match(rest) else None


def _at(match: re.Match[str]) -> Written | None:
    length = _length(match[0])
    identifier = _normal(match[0][:length])
    return Written(identifier, match.start(), match.start() + length) if identifier else None


def _normal(written: str) -> Identifier | None:
    """Decode characters that texts and addresses escape."""
    bare = _ESCAPE.sub("", written)
    if "%" in bare or "&" in bare:
        bare = html.unescape(unquote(bare))
        bare = bare[: _length(bare)]
    if not _DOI.fullmatch(bare) or _brackets(bare)[1] or _CUT.search(bare):
        return None
    preprint = _OF_ARXIV.fullmatch(bare)
    return parse_arxiv(preprint[1]) if preprint else Identifier("doi", bare.lower())


def _length(run: str) -> int:
    """Return how much of a run of characters that starts with a DOI belongs to it."""
    end, _ = _brackets(run)
    if end == len(run) and run[-1].isalnum():
        return end
    while True:
        bare = _POINTER.sub("", _TRAILING.sub("", run[:end]))
        if len(bare) == end:
            return end
        end = len(bare)


def _brackets(run: str) -> tuple[int, bool]:
    """Return where a run closes a bracket it did not open, and whether it leaves one open."""
    if not _BRACKET.search(run):
        return len(run), False
    opened: list[str] = []
    for place, character in enumerate(run):
        if character in _OPENING:
            if character == "<" and _TAG.match(run, place):
                return place, bool(opened)
            opened.append(character)
        elif character in _CLOSING:
            if _CLOSING[character] not in opened:
                return place, bool(opened)
            while opened.pop() != _CLOSING[character]:
                pass
    return len(run), bool(opened)
