"""Finding where paragraphs begin that no marker shows.

A paragraph begins with emphasised words that open a line, where a line began within a sentence, and
where a paragraph that is long enough meets a sentence that turns to the next thing (`openers`).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from shortscience.pipeline.cleaning.structure.layout import COVER, Mark
from shortscience.pipeline.cleaning.structure.openers import ALONE, length_needed

# A sentence by the sign that ends the one before it, its first word, and what may be a label.
# Patterns begin with one character: the engine finds that fastest.
_SENTENCES = {
    end: re.compile(
        rf"\{end}[\"”’)*_]{{0,3}}+ (?=[\"“‘\[*_]{{0,3}}+(?:{COVER}{{20}}|"
        r"(?P<first>[A-Z][\w'’/-]*+),?+(?P<more>(?: [\w'’/-]{1,20}+){0,2}+)(?P<label> ?: )?))"
    )
    for end in ".?!"
}
# Where a word that would be small within a sentence has a capital, a line began.
_WITHIN = [
    re.compile(rf"{word[0]}(?<=[a-z0-9)\]\"*_`{COVER}] {word[0]}){word[1:]},? (?=[a-z{COVER}])")
    for word in (
        *("T(?:he|his|hese|hey|here)", "I[nt]", "W(?:e|hen|hile)"),
        *("A(?:s|fter|lso|nother)", "F(?:or|rom)", "H(?:ere|owever)"),
    )
]
_LEAST = 20  # characters of a line that began so
# What ends with a full stop and ends no sentence.
_ABBREVIATIONS = frozenset(
    "e.g. i.e. al. vs. cf. Fig. fig. Figs. figs. Eq. eq. Eqs. eqs. Sec. sec. Dr. Mr. Prof. resp. "
    "approx. w.r.t. s.t. ca.".split()
)

_STRONG = ("**", "__")
_LONGEST_RUN_IN = 84  # characters, its signs included
_BEFORE_RUN_IN = ".!?:)*"
_RUNS_ON = ".:?!,"


def paragraphs(prose: str, marks: Sequence[Mark]) -> list[int]:
    """Return where paragraphs begin in the prose between and around the marks, in order."""
    found = list(_run_ins(prose, marks))
    places, needed = _candidates(prose)
    for begin, end in _stretches(marks, len(prose)):
        begun = begin
        for number in range(bisect_right(places, begin), bisect_left(places, end)):
            place = places[number]
            if place - begun > needed[number] and not _follows_abbreviation(prose, place):
                found.append(place)
                begun = place
    for begin, end in _between_lists(prose, marks):
        sentence = prose.rfind(". ", begin, end)
        if sentence >= 0:
            found.append(sentence + 2)
    return sorted(found)


def _run_ins(prose: str, marks: Sequence[Mark]) -> Iterator[int]:
    """Yield where emphasised words open a line.

    Where no sign parts them from a sentence that begins behind them, they are a line of their own.
    """
    behind: dict[int, str] = {}
    for start, end in chain.from_iterable(_emphasised(prose, sign) for sign in _STRONG):
        behind = behind or {0: "", **{mark.end: mark.kind for mark in marks}}
        kind = behind.get(start)
        if kind in ("item", "quote") or (kind is None and prose[start - 2] not in _BEFORE_RUN_IN):
            continue
        yield start
        if prose[end - 3] not in _RUNS_ON and prose[end + 1 : end + 2].isupper():
            yield end + 1


def _emphasised(prose: str, sign: str) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and ends of emphasised words."""
    start = prose.find(sign) if sign[0] in prose else -1
    while start >= 0:
        end = prose.find(sign, start + len(sign) + 1, start + _LONGEST_RUN_IN)
        if end < 0 or prose[start + len(sign)] == " " or (start and prose[start - 1] != " "):
            start = prose.find(sign, start + len(sign))
        else:
            yield start, end + len(sign)
            start = prose.find(sign, end + len(sign))


def _stretches(marks: Sequence[Mark], length: int) -> Iterator[tuple[int, int]]:
    """Yield where prose begins and ends: no quotes, and no items of a list except its last."""
    begin = 0
    inside = ""
    for mark in marks:
        if inside != "quote" and not (inside == mark.kind == "item"):
            yield begin, mark.start
        begin, inside = mark.end, mark.kind
    if inside != "quote":
        yield begin, length


def _between_lists(prose: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield the last items of numbered lists whose last sentence announces the next such list."""
    for item, following in pairwise(marks):
        if (
            item.marker == following.marker
            and prose[following.start] == "1" != prose[item.start]
            and prose[following.start - 2] == ":"
        ):
            yield item.end, following.start


def _candidates(prose: str) -> tuple[list[int], list[int]]:
    """Return where paragraphs could begin, in order, and how long the one before must be for it."""
    found = [(match.start(), _LEAST) for pattern in _WITHIN for match in pattern.finditer(prose)]
    for end, pattern in _SENTENCES.items():
        for match in pattern.finditer(prose) if end in prose else ():
            first, more, label = match.groups()
            second = more[1:].partition(" ")[0] if more else ""
            length = length_needed(first, second, labelled=bool(label)) if first else ALONE
            if length is not None:
                found.append((match.end(), length))
    found.sort()
    return [place for place, _ in found], [length for _, length in found]


def _follows_abbreviation(prose: str, start: int) -> bool:
    """Whether the word before a place ends with a full stop, but no sentence with it."""
    word = prose[prose.rfind(" ", 0, start - 1) + 1 : start - 1]
    return word in _ABBREVIATIONS or (len(word) == 2 and word[1] == "." and word[0].isupper())
