"""Finding where paragraphs begin that no marker shows.

A paragraph begins with emphasised words that open a line, behind the emphasised caption of an
image, where the last item of a numbered list ends before the next list is announced, and wherever
one is likely enough (`paragraph_model`).
"""

from collections.abc import Iterator, Sequence, Set
from itertools import chain, pairwise

from shortscience.pipeline.cleaning.structure.boundaries import SHARES, Boundary
from shortscience.pipeline.cleaning.structure.layout import COVER, Mark
from shortscience.pipeline.cleaning.structure.paragraph_model import MODEL
from shortscience.pipeline.cleaning.structure.places import follows_abbreviation, parted

LIKELY = {**dict.fromkeys(f".?!…{COVER}", 0.47), "word": 0.2}
"""Probability from which on a paragraph begins, by what ends before it.

The odds are about even: a break that is more likely wrong than right costs a reader more than one
that is missing. Where a capital within a sentence shows that a line began, a reader sees at once
that a break is missing."""

_DIGITS = 6
"""Of a probability: the last ones of an exponential depend on the machine."""
_NEARLY = {ending: likely - 10**-_DIGITS for ending, likely in LIKELY.items()}
"""What may be likely enough once rounded."""
_GAP = 0.75
"""Share of the sentences behind several spaces that began a paragraph, in the development half."""

_FEW = 3
"""Gaps from which on it tells something that each sentence has one before it."""

_STRONG = ("**", "__")
_LONGEST_RUN_IN = 84  # characters, its signs included
_EMPHASIS = ("*", "_")
_LONGEST_CAPTION = 400  # characters, its signs included
_BEFORE_RUN_IN = ".!?:)*"
_RUNS_ON = ".:?!,"


def paragraphs(prose: str, marks: Sequence[Mark], gaps: Set[int] = frozenset()) -> list[Boundary]:
    """Return where paragraphs begin in the prose between and around the marks, in order.

    `gaps` are the places before which empty lines may have been.
    """
    run_ins = sorted(set(run_in_starts(prose, marks)))
    found = {start: Boundary(start, "run-in", SHARES["run-in"]) for start in run_ins if start}
    for (start, ending), chance in MODEL.chances(prose, marks, run_ins, _NEARLY):
        probability = round(chance, _DIGITS)
        if probability >= LIKELY[ending]:
            found[start] = Boundary(start, "paragraph", probability)
    for start in _behind_gaps(prose, marks, run_ins, gaps) if gaps else ():
        found[start] = Boundary(start, "paragraph", _GAP)
    for start in _behind_captions(prose, marks):
        found.setdefault(start, Boundary(start, "behind image", SHARES["behind image"]))
    for begin, end in _between_lists(prose, marks):
        sentence = prose.rfind(". ", begin, end)
        if sentence >= 0:
            found.setdefault(
                sentence + 2, Boundary(sentence + 2, "between lists", SHARES["between lists"])
            )
    return sorted(found.values())


def _behind_gaps(
    prose: str, marks: Sequence[Mark], run_ins: Sequence[int], gaps: Set[int]
) -> list[int]:
    """Return where sentences begin behind gaps, unless the author puts one behind each sentence."""
    places = [start for _, inside in parted(prose, marks, run_ins) for start, _ in inside]
    found = [start for start in places if start in gaps]
    return found if len(found) < max(len(places), _FEW) else []


def run_in_starts(prose: str, marks: Sequence[Mark]) -> Iterator[int]:
    """Yield where emphasised words open a line.

    Where no sign parts them from a sentence that begins behind them, they are a line of their own.
    """
    behind: dict[int, str] = {}
    for start, end in chain.from_iterable(_emphasised(prose, sign) for sign in _STRONG):
        behind = behind or {0: "", **{mark.end: mark.kind for mark in marks}}
        kind = behind.get(start)
        if kind in ("item", "quote") or (kind is None and not _opens_line(prose, start)):
            continue
        yield start
        if prose[end - 3] not in _RUNS_ON and prose[end + 1 : end + 2].isupper():
            yield end + 1


def _opens_line(prose: str, start: int) -> bool:
    """Whether emphasised words could open a line; no sentence goes on behind what stands before."""
    last = prose[start - 2]
    if last == ")":
        return not prose[start + len(_STRONG[0])].islower()
    initial = prose[start - 3].isupper()  # may end a sentence, too
    return last in _BEFORE_RUN_IN and (initial or not follows_abbreviation(prose, start))


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


def _behind_captions(prose: str, marks: Sequence[Mark]) -> Iterator[int]:
    """Yield where a sentence begins behind the emphasised caption of an image."""
    for mark in marks:
        if mark.kind == "image" and prose.startswith(_EMPHASIS, mark.end):
            sign = prose[mark.end]
            end = prose.find(f"{sign} ", mark.end + 1, mark.end + _LONGEST_CAPTION)
            closed = end >= 0 and prose.find(f" {sign}", mark.end, end) < 0
            if closed and prose[end - 1] not in f" {sign}" and prose[end + 2 : end + 3].isupper():
                yield end + 2


def _between_lists(prose: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield the last items of numbered lists whose last sentence announces the next such list."""
    for item, following in pairwise(marks):
        if (
            item.marker == following.marker
            and prose[following.start] == "1" != prose[item.start]
            and prose[following.start - 2] == ":"
        ):
            yield item.end, following.start
