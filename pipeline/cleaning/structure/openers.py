"""What the first words of a sentence say about whether a paragraph begins with it.

The weights say how much more or less likely it is than for any sentence, as far as that is a
matter of English, not of an author or a subject: words that point back or draw a conclusion go on
with a paragraph, words that sum up, count or name the paper or its parts turn to the next thing.
"""

import re

from pipeline.cleaning.structure.layout import COVER

_FIRST_WORD = {
    **dict.fromkeys("But Or And They He She It Its Their Otherwise These Those".split(), -1.0),
    **dict.fromkeys("Therefore Thus Hence So Then Instead Consequently Such That".split(), -0.7),
    **dict.fromkeys("This Specifically Additionally Furthermore Moreover However".split(), -0.5),
    **dict.fromkeys("Because Here Each Both Similarly If Indeed When Again We Our".split(), -0.4),
    **dict.fromkeys("To There Given Some Many Most Unlike Several Let Let's Now".split(), 0.4),
    **dict.fromkeys("Note Previous Recent Authors Another One My Recently Next".split(), 0.4),
    **dict.fromkeys("First Firstly Second Secondly Third Figure Fig".split(), 0.5),
    **dict.fromkeys("Finally Lastly Overall Summary Conclusion Results Experiments".split(), 1.2),
    **dict.fromkeys("Method Methods Evaluation Contributions Background Motivation".split(), 1.2),
    **dict.fromkeys("Code Paper Link Links References Reference Disclaimer NOTE PS".split(), 1.2),
}
_FIRST_WORDS = {
    "For": {"example": -0.8, "instance": -0.8},
    "More": {"specifically": -0.7},
    "In": {
        "particular": -0.7,
        "other": -0.5,
        "these": -0.3,
        "this": 0.3,
        "short": 0.7,
        "terms": 0.7,
        "summary": 1.2,
        "conclusion": 1.2,
    },
    "This": {"paper": 1.0, "article": 1.0, "work": 0.7},
    "The": {
        "first": 0.3,
        "second": 0.3,
        "authors": 0.5,
        "paper": 0.5,
        "main": 0.5,
        "key": 0.5,
        "experiments": 0.7,
    },
    "As": {"for": 0.7},
    "To": {"do": -0.4, "sum": 1.2, "summarize": 1.2},
}
_ASIDE = -2.0  # in parentheses
_LABELLED = 1.5  # `Data: images`, which is a line of its own
_ALONE = 1.2  # an address or a long formula, likewise
_LONG = COVER * 20
_PUNCTUATION = "*_\"“”‘’'([,.:;"
_LABEL = re.compile(r"[A-Z][\w'’/-]{1,20}(?: [\w'’/-]{1,20}){0,2} ?: ")
_LONGEST_LABEL = 66
_LONGEST_WORDS = 40  # characters that hold the first two words


def opener_score(prose: str, start: int) -> float:
    """Return how much the sentence at `start` looks like the first of a paragraph, from -2 to 2."""
    words = prose[start : start + _LONGEST_WORDS].split(" ", 2)
    first = words[0]
    if not first.isalpha():
        if first[0] == "(":
            return _ASIDE
        if first.startswith(_LONG):
            return _ALONE
        first = first.strip(_PUNCTUATION)
    score = _FIRST_WORD.get(first, 0.0)
    if first in _FIRST_WORDS and len(words) > 1:
        score = _FIRST_WORDS[first].get(words[1].strip(_PUNCTUATION), score)
    if score < 0 or ": " not in prose[start : start + _LONGEST_LABEL]:
        return score
    return _LABELLED if _LABEL.match(prose, start) else score
