"""What speaks for and against a paragraph that begins at a place.

A piece of evidence, such as `("first words", "In this")`, says one thing that can be seen in the
text: how the sentence behind the place begins, how its neighbours do, what it speaks of, which
blocks are around, what else the author put into the text, and how long the paragraph is.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter

from shortscience.pipeline.cleaning.structure.layout import COVER, Mark
from shortscience.pipeline.cleaning.structure.places import Place, Segment

Evidence = tuple[str, str]
"""What was looked at, and what was seen."""

STEP = 64
"""The length of a paragraph is measured in steps of as many characters."""
_LENGTHS = tuple(
    str(sum(step >= edge for edge in (1, 2, 3, 5, 7, 11, 16, 24, 40))) for step in range(41)
)
N_LENGTHS = len(_LENGTHS)
"""How many lengths in steps are distinguished: the last one stands for all longer ones, too."""

_CLASSES = {
    **dict.fromkeys("It They This These That Those He She Its Their Such Both Each".split(), "it"),
    **dict.fromkeys("Here There".split(), "it"),
    **dict.fromkeys(
        "However But Thus Therefore Hence So Then Moreover Furthermore Additionally Also Instead "
        "Similarly Specifically Because Since While Although Though And Or Nevertheless Again "
        "Consequently Indeed Rather Otherwise Still".split(),
        "however",
    ),
    **dict.fromkeys(
        "First Firstly Second Secondly Third Thirdly Finally Lastly Next Overall".split(), "first"
    ),
    **dict.fromkeys(
        "In For On To As At By With From During After Before Under Given Using Based Compared "
        "Unlike When If Once".split(),
        "in",
    ),
    **dict.fromkeys("The A An".split(), "the"),
    **dict.fromkeys("We I Our My You One".split(), "we"),
}
"""Words that sentences begin with, and the one that stands for its class."""

_SUBJECTS = frozenset(
    "paper autho metho appro resul exper datas model propo show shows shown figur summa work works "
    "idea ideas".split()
)
"""The first letters of what reviewers speak of, so that `proposed` is found with `proposes`."""

_LETTERS = 5
_HEAD = 64  # characters of a sentence that are its beginning, cut at a word
_LABEL = 3  # words before a colon
_SIGNS = '"“”‘’()[]*_,.:;?!'

AT_PLACES = (
    *("ends with", "first word", "first words", "first word is like", "first words are like"),
    *("the next is like", "label", "announces"),
    *("speaks of" for _ in _SUBJECTS),
)
"""What is looked at around a place. A sentence may speak of several subjects."""

_stem = itemgetter(slice(_LETTERS))


def of_text(prose: str, marks: Sequence[Mark], run_ins: Sequence[int]) -> list[Evidence]:
    """Return what the whole text tells of its author's habits."""
    kinds = [mark.kind for mark in marks]
    found = [
        ("headings", _about(kinds.count("heading"))),
        ("items", _about(kinds.count("item"))),
        ("run-ins", _about(len(run_ins))),
        ("covered tenths", str(min(3, 10 * prose.count(COVER) // max(1, len(prose))))),
    ]
    return [*found, ("quotes", "curly")] if "’" in prose else found


def of_segment(prose: str, segment: Segment) -> list[Evidence]:
    """Return what the blocks around a segment tell."""
    _, end, opened, closed = segment
    found = [("behind", opened), ("before", closed), ("between", f"{opened}, {closed}")]
    if prose[end - 2 : end - 1] == ":":
        found += [("announced", closed), ("announces behind", opened)]
    return found


def of_places(
    prose: str, segment: Segment, places: Sequence[Place]
) -> Iterator[tuple[str | None, ...]]:
    """Yield what is seen at each place of a segment, in the order of `AT_PLACES`.

    None stands for nothing; where nothing more is seen, the tuple is shorter.
    """
    starts = [segment.start, *[start for start, _ in places], segment.end]
    heads = [_head(prose, start, end) for start, end in pairwise(starts)]
    firsts = [words[0].strip(_SIGNS) for words in heads]
    kinds = [*map(_kind, firsts), "nothing"]
    announcing = prose[segment.end - 2] == ":"
    for number, (_, ending) in enumerate(places, 1):
        words, first, kind = heads[number], firsts[number], kinds[number]
        second = words[1].strip(_SIGNS) if len(words) > 1 else ""
        seen = (
            ending,
            first,
            f"{first} {second}",
            kind,
            f"{kinds[number - 1]}, {kind}",
            kinds[number + 1],
        )
        labels = ":" in "".join(words[:_LABEL])
        announces = announcing and number == len(places)
        if labels or announces or not _SUBJECTS.isdisjoint(map(_stem, words)):
            yield (
                *seen,
                first if labels else None,
                segment.closed if announces else None,
                *sorted(_SUBJECTS.intersection(map(_stem, words))),  # sums depend on their order
            )
        else:
            yield seen


def of_length(length: int) -> Evidence:
    """Return what tells that the paragraph at hand has some length."""
    return "length", _LENGTHS[min(length // STEP, N_LENGTHS - 1)]


def of_unbroken(segment: Segment) -> Evidence:
    """Return what tells that the paragraph at hand began with its segment."""
    return "unbroken behind", segment.opened


def _about(count: int) -> str:
    return str(min(3, count.bit_length()))


def _head(prose: str, start: int, end: int) -> list[str]:
    """Return the words at the beginning of a sentence, one at least."""
    if end - start <= _HEAD:
        return prose[start:end].split() or ["."]
    return prose[start : start + _HEAD].split()[:-1] or ["."]


def _kind(first: str) -> str:
    if found := _CLASSES.get(first):
        return found
    return "name" if first[:1].isalpha() else "sign" if first else "nothing"
