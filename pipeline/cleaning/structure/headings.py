"""Finding headings: hashes that opened a line, and titles that were underlined."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from shortscience.pipeline.cleaning.structure.layout import Mark
from shortscience.pipeline.cleaning.structure.titles import MAX_WORDS, ends_sentence, title_end

_HASHES = re.compile(r"#(?<!\S#)#{0,5} (?=\S)")
_UNDERLINE = re.compile(r"(?:=(?<!\S=)={2,}|-(?<!\S-)-{3,}) (?=\S)")
_WORD = re.compile(r"\S+")
_MAX_UNDERLINED = 100  # characters of a title and its line
_MAX_CLOSED = 80  # characters of a title between hashes


def heading_starts(prose: str) -> list[int]:
    """Return where a free-standing run of hashes opens a heading.

    A single hash before `of`, or before a small letter where no line could begin, is a number sign.
    """
    if "#" not in prose:
        return []
    return [match.start() for match in _HASHES.finditer(prose) if not _is_number_sign(prose, match)]


def _is_number_sign(prose: str, match: re.Match[str]) -> bool:
    """Whether a hash counts something, as in `the # of kites`."""
    start, end = match.span()
    if end - start > 2 or start < 2 or not prose[end].islower():
        return False
    return prose[start - 2] not in ".!?:;" or prose.startswith("of ", end)


def headings(prose: str, starts: Sequence[int], stops: Sequence[int]) -> Iterator[Mark]:
    """Yield the headings that begin at `starts`; none goes beyond the next of `stops`."""
    closed = _closings(prose, starts)
    closings = frozenset(closed.values())
    for start in starts:
        if start in closed:
            yield Mark(start, prose.find(" ", closed[start]) + 1 or len(prose), "heading")
        elif start not in closings:
            index = bisect_right(stops, start)
            stop = stops[index] if index < len(stops) else len(prose)
            yield Mark(start, title_end(prose, prose.index(" ", start) + 1, stop), "heading")


def _closings(prose: str, starts: Sequence[int]) -> dict[int, int]:
    """Return where the hashes stand that close the headings at `starts`.

    The whole text shows that they do not open another heading: its runs of hashes come in pairs of
    equal length around few words, and there are several pairs, or the only one holds a question.
    """
    if not starts or len(starts) % 2:
        return {}
    pairs = dict(zip(starts[::2], starts[1::2], strict=True))
    for opening, closing in pairs.items():
        hashes = prose[opening : prose.index(" ", opening) + 1]
        title = prose[opening : min(closing, opening + _MAX_CLOSED + 1)]
        if len(title) > _MAX_CLOSED or ". " in title or not prose.startswith(hashes, closing):
            return {}
    asks = prose[: starts[1]].rstrip().endswith("?")
    return pairs if len(pairs) > 1 or asks else {}


def underlined(prose: str, ends: frozenset[int]) -> Iterator[tuple[Mark, int]]:
    """Yield the headings that are underlined, each with the place of its line.

    The title begins behind the sentence before it, or else with the capital from which on it is
    about as long as its line. `ends` are the places behind other blocks.
    """
    if not (("-" in prose and "----" in prose) or ("=" in prose and "===" in prose)):
        return
    last = 0
    for line in _UNDERLINE.finditer(prose):
        start = _title_start(prose, last, line, ends)
        if start is not None:
            yield Mark(start, line.end(), "heading", "="), line.start()
            last = line.end()


def _title_start(prose: str, last: int, line: re.Match[str], ends: frozenset[int]) -> int | None:
    words = list(_WORD.finditer(prose, max(last, line.start() - _MAX_UNDERLINED), line.start()))
    if not words or words[-1][0].rstrip("*_)").endswith((".", "!", ";", ",")):
        return None
    length = len(line[0].rstrip())
    capitals = []
    for number in range(len(words) - 1, -1, -1):
        start = words[number].start()
        if prose[start].isupper() or prose[start].isdigit():
            capitals.append(start)
        if number and ends_sentence(words[number - 1][0], words[number][0]):
            return start if len(words) - number <= MAX_WORDS else None
        if start == last or start in ends:
            break
    return min(capitals, key=lambda start: abs(line.start() - 1 - start - length), default=None)
