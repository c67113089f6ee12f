"""What the first words of a sentence say about whether a paragraph begins with it.

A paragraph that has become long enough ends before a sentence that turns to the next thing: one
that sums up, counts, or names the paper or a part of it. How long is enough depends on how seldom
a sentence with these words goes on with the paragraph instead; that is a matter of English, not of
an author or a subject. All lengths were set by hand and are in characters. They are few, because
little more can be known: a model fitted to other texts did worse, and one fitted to the very texts
that it was tested on hardly better.
"""

LABELLED = 120  # `Data: images`, which is a line of its own
ALONE = 250  # an address or a long formula, likewise

_SELDOM, _HALF, _OFTEN, _MOSTLY = 250, 400, 900, 1_500
_FIRST_WORD = {
    **dict.fromkeys(
        "Finally Lastly Overall Summary Conclusion Results Experiments".split(), _SELDOM
    ),
    **dict.fromkeys(
        "Method Methods Evaluation Contributions Background Motivation".split(), _SELDOM
    ),
    **dict.fromkeys(
        "Code Paper Link Links References Reference Disclaimer NOTE PS".split(), _SELDOM
    ),
    **dict.fromkeys("First Firstly Second Secondly Third Next Figure Fig".split(), _MOSTLY),
    **dict.fromkeys("To There Given Some Many Most Unlike Several Let Let's Now".split(), _MOSTLY),
    **dict.fromkeys("Note Previous Recent Authors Another One My Recently".split(), _MOSTLY),
}
_FIRST_TWO_WORDS = {
    "In": {
        **dict.fromkeys("summary conclusion".split(), _SELDOM),
        **dict.fromkeys("short terms".split(), _OFTEN),
        "this": _MOSTLY,
    },
    "This": {"paper": _HALF, "article": _HALF, "work": _OFTEN},
    "The": {
        "experiments": _OFTEN,
        **dict.fromkeys("authors paper main key first second".split(), _MOSTLY),
    },
    "As": {"for": _OFTEN},
    "To": {"sum": _SELDOM, "summarize": _SELDOM},
}
# No label begins with a word that points back, or with an article: `They are these: …`.
_NO_LABEL = frozenset(
    "A An The But Or And They He She It Its Their Otherwise These Those Therefore Thus Hence So "
    "Then Instead Consequently Such That This Specifically Additionally Furthermore Moreover "
    "However Because Here Each Both Similarly If Indeed When Again We Our For More".split()
)


def length_needed(first: str, second: str, *, labelled: bool) -> int | None:
    """Return how long a paragraph must be to end before a sentence with these first words, if ever.

    `labelled` tells that a colon follows them.
    """
    if labelled and first not in _NO_LABEL:
        return LABELLED
    if first in _FIRST_TWO_WORDS and second in _FIRST_TWO_WORDS[first]:
        return _FIRST_TWO_WORDS[first][second]
    return _FIRST_WORD.get(first)
