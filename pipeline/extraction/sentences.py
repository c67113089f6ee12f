"""The sentence around a citation, which is its context."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from shortscience.pipeline.abbreviations import is_abbreviated
from shortscience.pipeline.characters import CAPITAL

_LONGEST_ABBREVIATION = 8
_WORD = re.compile(r"[^\W\d_](?:\.?[^\W\d_])*\Z")
# Chinese, Japanese, Hindi, Urdu, Arabic, Ethiopic and Burmese; not always followed by a space.
_WIDE = "。！？｡।॥۔؟።။"
_CASELESS = "\u05d0-\u06d3\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# One class begins all alternatives, as `pipeline/anchors.py` explains.
_BOUNDARY = re.compile(
    rf"[.!?\n{_WIDE}](?:(?<=\n)\s*|(?<=[{_WIDE}])[\"'”’」』）)】\]》〉*_]*\s*"
    rf"|(?<=[.!?])[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_#`$]*[{CAPITAL}0-9{_CASELESS}]))"
)
_MAX_CONTEXT = 1000
_LONGEST_BOUNDARY = 100
_LIMIT = _MAX_CONTEXT // 2 + _LONGEST_BOUNDARY
_USUAL = 200
"""Characters searched first; the few sentences that begin further away take a second search."""
# How a line begins that goes on with a sentence: not with `b)`, `code:` or `arxiv.org`.
_GOES_ON = re.compile(r"(?![a-z]{1,3}[.)](?!\w)|\w{1,20}(?::|\.\w\w))[a-zß-öø-ÿ]")
_GOES_ON_BEHIND_COMMA = re.compile(r"(?!\w{1,3}[.)])[\w(\[\"“'‘`$]")
_BEFORE_WRAP = frozenset(',;)]$"”’`')
_BLANKS = 4


def sentence_around(text: str, start: int, end: int, lines: Sequence[int] = ()) -> str:
    """Return the sentence around `text[start:end]`, or all sentences that it spans.

    `lines` are the `line_starts` of a flattened text. A sentence of more than a
    thousand characters is cut around the span, between two words.
    """
    first, last = _bounds(text, start, end, _USUAL)
    if first is None:
        first, last = _bounds(text, start, end, _LIMIT)
    if behind := bisect_right(lines, start):
        first = max(first or 0, lines[behind - 1])
    if (ahead := bisect_left(lines, end)) < len(lines):
        last = min(last, lines[ahead])
    first = first or 0
    if start - first > _MAX_CONTEXT // 2:
        cut = start - _MAX_CONTEXT // 2
        first = max(text.find(" ", cut - 1, start), cut - 1) + 1
    if last - end > _MAX_CONTEXT // 2:
        cut = end + _MAX_CONTEXT // 2
        space = text.rfind(" ", end, cut + 1)
        last = cut if space < 0 else space
    return text[first:last].strip()


def line_starts(text: str, markdown: str) -> list[int]:
    """Return where in a flattened text the lines of its Markdown begin, in order.

    The Markdown is the text with some of its spaces turned into line breaks and indentation.
    """
    starts = []
    position = 0
    for line in markdown.split("\n"):
        if written := line.lstrip(" "):
            position = text.index(written, position)
            starts.append(position)
            position += len(written)
    return starts


def _bounds(text: str, start: int, end: int, reach: int) -> tuple[int | None, int]:
    """Return where the sentence around a span begins, if within reach, and where it ends."""
    before: list[re.Match[str]] = []
    last = len(text)
    for match in _BOUNDARY.finditer(text, max(0, start - reach), end + _LIMIT):
        if match.end() <= start:
            before.append(match)
            continue
        boundary = match.start() + len(match[0].rstrip())
        if boundary >= end and not _goes_on(text, match):
            last = boundary
            break
    stops = (match.end() for match in reversed(before) if not _goes_on(text, match))
    return next(stops, None), last


def _goes_on(text: str, boundary: re.Match[str]) -> bool:
    """Whether a sentence goes on behind a full stop or the end of a line."""
    if text[boundary.start()] == "\n":
        return _is_wrapped(text, boundary)
    return text[boundary.start()] == "." and _is_abbreviated(text, boundary)


def _is_wrapped(text: str, boundary: re.Match[str]) -> bool:
    """Whether a line ends within a sentence, as its author wrote lines of about equal length."""
    stop = boundary.start()
    ending = text[max(0, stop - _BLANKS) : stop].rstrip()
    before = ending[-1:]
    if not (before.isalnum() or before in _BEFORE_WRAP) or ending.endswith("$$"):
        return False
    if boundary[0].count("\n") > 1 or text.startswith("#", text.rfind("\n", 0, stop) + 1):
        return False
    following = _GOES_ON_BEHIND_COMMA if before == "," else _GOES_ON
    return bool(following.match(text, boundary.end()))


def _is_abbreviated(text: str, boundary: re.Match[str]) -> bool:
    """Whether a boundary is the full stop of an abbreviation."""
    stop = boundary.start()
    before = _WORD.search(text, max(0, stop - _LONGEST_ABBREVIATION), stop)
    word = before[0] if before else ""
    return is_abbreviated(word, text[boundary.end() : boundary.end() + 1])
