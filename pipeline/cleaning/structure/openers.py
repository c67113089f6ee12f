"""What the first words of a sentence say about whether a paragraph begins with it."""

import re

_LABEL = re.compile(r"[A-Z][\w'’/-]{1,20}(?: [\w'’/-]{1,20}){0,2} ?: ")
_WORDS = re.compile(r"\W{0,3}([\w’'-]{1,30}),?(?: ([\w’'-]{1,30}))?")
_FIRST_WORD = {
    # What goes on with the sentence before it.
    **dict.fromkeys("But Or And They He She It Its Their Otherwise These Those".split(), -1.0),
    **dict.fromkeys("Therefore Thus Hence So Then Instead Consequently Such That".split(), -0.7),
    **dict.fromkeys("This Specifically Additionally Furthermore Moreover However".split(), -0.5),
    **dict.fromkeys("Because Here Each Both Similarly If Indeed When Again We Our".split(), -0.4),
    # What turns to something else.
    **dict.fromkeys("To There Given Some Many Most Unlike Several Let Let's Now".split(), 0.4),
    **dict.fromkeys("Note Previous Recent Authors Another One My Recently Next".split(), 0.4),
    **dict.fromkeys("First Firstly Second Secondly Third Figure Fig".split(), 0.5),
    **dict.fromkeys("Finally Lastly Overall Summary Conclusion Results Experiments".split(), 1.2),
    **dict.fromkeys("Method Methods Evaluation Contributions Background Motivation".split(), 1.2),
    **dict.fromkeys("Code Paper Link Links References Reference Disclaimer NOTE PS".split(), 1.2),
}
_FIRST_WORDS = {
    ("For", "example"): -0.8,
    ("For", "instance"): -0.8,
    ("In", "particular"): -0.7,
    ("In", "other"): -0.5,
    ("More", "specifically"): -0.7,
    ("In", "this"): 0.3,
    ("In", "these"): -0.3,
    ("In", "summary"): 1.2,
    ("In", "conclusion"): 1.2,
    ("In", "short"): 0.7,
    ("In", "terms"): 0.7,
    ("This", "paper"): 1.0,
    ("This", "work"): 0.7,
    ("This", "article"): 1.0,
    ("The", "authors"): 0.5,
    ("The", "paper"): 0.5,
    ("The", "main"): 0.5,
    ("The", "key"): 0.5,
    ("The", "experiments"): 0.7,
    ("The", "first"): 0.3,
    ("The", "second"): 0.3,
    ("As", "for"): 0.7,
    ("To", "summarize"): 1.2,
    ("To", "sum"): 1.2,
    ("To", "do"): -0.4,
}
_LINE = re.compile(r"\x7f{20}")
_ALONE = 1.2
_ASIDE = -2.0
_LABELLED = 1.5


def opener_score(prose: str, start: int) -> float:
    """Return how much the sentence at `start` looks like the first of a paragraph, from -2 to 2."""
    if prose[start] == "(":
        return _ASIDE
    if _LINE.match(prose, start):
        return _ALONE
    words = _WORDS.match(prose, start)
    if words is None:
        return 0.0
    both = _FIRST_WORDS.get((words[1], words[2]))
    score = _FIRST_WORD.get(words[1], 0.0) if both is None else both
    return _LABELLED if score >= 0 and _LABEL.match(prose, start) else score
