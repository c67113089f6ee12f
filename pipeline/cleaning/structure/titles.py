"""Finding where the title of a heading ends and the block behind it begins.

A title shows its end by a colon or a question mark, by being the name of a section, or by a marker
that follows. Otherwise it is the sentence behind it that shows: by a first word that would be small
in a title, by the title's own word, by its verb, or by the end of the capitals.
"""

import re
from collections.abc import Sequence

from shortscience.pipeline.abbreviations import is_abbreviated
from shortscience.pipeline.cleaning.structure.layout import COVER

SENTENCE_ENDS = frozenset(".!?:;。！？：；")
_NUMBER = re.compile(r"(?:\d+|[A-Za-z]|[ivx]+)\.")
MAX_WORDS = 14
_MAX_TITLE = 300  # characters that are looked at
_MAX_LABEL = 6  # words of a title that ends in a colon
_MAX_LABELLED = 8  # words of a title with a colon within
_MAX_NUMBERED = 9  # words of a numbered title that is a sentence
_MAX_AFTER_SECTION = 3  # words that may follow a section's name in a title
SMALL_WORDS = frozenset(
    "a an and as at by for from in into of on or over the to under vs vs. via with without".split()
)
# Words of closed classes: in a heading they are written small, so that a capital shows that a
# sentence begins with them.
OPENERS = frozenset(
    "A After Again All Also Although An And Another Apart As At Authors Based Because Before "
    "Besides Both But By Can Consider Currently Despite Due During Each Essentially Even Every "
    "Finally First For From Given Here How However I If Imagine In Instead It It's Its Let Let's "
    "Many More Most Note Now On One Only Our Overall Recent Recently See Several Similar Similarly "
    "Since So Some Such That The Their Then There There's These They This Those Though Three Thus "
    "To Two Typically Under Unlike Until Using We What When Where Whereas Which While Why With "
    "Within You Your".split()
)
_ASKING = frozenset("What Why How Where When Which Things".split())
_SUBJECTS = frozenset("I It They This We You".split())
_VERBS = frozenset(
    "is are was were has have had can could does do did will would should may might must uses use "
    "used shows show consists contains proposes propose presents present introduces introduce "
    "describes describe works learns allows provides takes makes gives requires needs refers means "
    "aims combines performs achieves".split()
)
_SECTION = re.compile(
    r"(?i:(?:key |main |core |basic |general |some |my |other |personal |practical |experimental |"
    r"additional )?(?:abstract|analysis|approach|architecture|background|comments?|conclusions?|"
    r"context|contributions?|critique|cons|datasets?|details|discussion|evaluation|experiments?|"
    r"findings|future work|ideas?|implementation|insights?|intro|introduction|limit(?:s|ations)|"
    r"methods?|methodology|motivation|my two cents|notes|objective|observations?|opinion|overview|"
    r"presenter|problem(?: addressed| statement)?|pros|questions|references?|related work|remarks|"
    r"resources|results?|see also|setup|shortcomings|strengths?|summary|takeaways?|thoughts|tl;?dr|"
    r"weaknesses)):?"
    rf"(?= [A-Z*_\-\d(\[!`$“\"#{COVER}])"
)
# A title in emphasis ends with it; one word may be emphasised within a title.
_EMPHASISED = re.compile(r"(?P<sign>[*_]{1,2})[^\s*_]+ [^*_]{1,120}(?P=sign)[:.?!]? (?=[A-Z])")
_GOES_ON = frozenset(f'[*_(`"{COVER}')


def title_end(prose: str, start: int, stop: int) -> int:
    """Return where the block behind a title begins.

    The title begins at `start`; `stop` is the next marker or the end of the text.
    """
    if emphasised := _EMPHASISED.match(prose, start, stop):
        return emphasised.end()
    words = prose[start : min(stop, start + _MAX_TITLE)].split(None, MAX_WORDS + 2)
    if not words:
        return stop
    del words[MAX_WORDS + 2 :]
    known = _SECTION.match(prose, start, stop)
    section = known[0].count(" ") + 1 if known else 0
    if _is_title(words, section):
        taken = _next_sentence(words, whole=True) or len(words)
    else:
        taken = _next_sentence(words, whole=False)
        if section and not _is_named(words[section:taken]):
            taken = section
        taken = taken or _guess(words)
    end = start + len(" ".join(words[:taken])) + 1
    return min(end, stop)


def ends_sentence(word: str, following: str) -> bool:
    """Whether a word ends a sentence or a label: it has the sign, and not for another reason.

    `following` is the word behind it, if there is one.
    """
    return word[-1:] in SENTENCE_ENDS and not _is_abbreviated(word, following)


def _is_abbreviated(word: str, following: str) -> bool:
    """Whether a word has its full stop as a number or an abbreviation."""
    if word[-1:] != ".":
        return False
    return _NUMBER.fullmatch(word) is not None or is_abbreviated(word[:-1], following[:1])


def _is_title(words: Sequence[str], section: int) -> bool:
    """Whether all words up to a marker can be a title: no sentence ends among them."""
    if len(words) > MAX_WORDS:
        return False
    pairs = zip(words, (*words[1:], ""), strict=True)
    ends = [number for number, pair in enumerate(pairs, 1) if ends_sentence(*pair)]
    if not ends or (ends[0] == len(words) and words[-1].endswith((":", "?"))):
        return True
    if len(ends) > 1 or ends[0] in (section, len(words)) or len(words) > _MAX_LABELLED:
        return False
    return words[ends[0] - 1].endswith(":") and words[ends[0]][0].isupper()


def _is_named(between: Sequence[str]) -> bool:
    """Whether words go on with the name of a section: few, and in capitals."""
    return 0 < len(between) <= _MAX_AFTER_SECTION and all(word[0].isupper() for word in between)


def _next_sentence(words: Sequence[str], *, whole: bool) -> int:
    """Return the number of words before what surely begins a sentence, or 0.

    `whole` tells that no sentence ends among them. Otherwise the search ends with the first.
    """
    for number in range(1, len(words)):
        before, word = words[number - 1], words[number]
        if not whole and ends_sentence(before, word):
            if before[-1] in ".;。；" or (before[-1] == ":" and number > _MAX_LABEL):
                return number if _is_numbered(words[:number]) else 0
            if word[0].isupper() or not any(later.endswith("?") for later in words[number:]):
                return number
        if word[0] == ">" or _begins_paragraph(words, number):
            return number
    return 0


def _is_numbered(words: Sequence[str]) -> bool:
    """Whether a title is a number or letter and a short sentence, as `1. Take some time.`."""
    if not 1 < len(words) <= _MAX_NUMBERED or words[0][-1] not in ".)":
        return False
    return words[0][0].isdigit() or _NUMBER.fullmatch(words[0]) is not None


def _begins_paragraph(words: Sequence[str], number: int) -> bool:
    """Whether a word begins a sentence, emphasis or a link, as the title does not."""
    before, word = words[number - 1], words[number]
    if _is_abbreviated(before, word) or before in SMALL_WORDS or before[-1] == ",":
        return False
    if word[0].isupper():
        return _begins_sentence(words, number)
    return word.startswith(("**", "[")) and words[0][0] != word[0]


def _begins_sentence(words: Sequence[str], number: int) -> bool:
    """Whether a capitalised word begins a sentence: an opener, an adverb, the title's own word."""
    word = words[number]
    following = words[number + 1] if number + 1 < len(words) else " "
    goes_on = following[0].islower() or following[0] in _GOES_ON
    if word == words[0] and (goes_on or following == words[1]):
        return True
    if (goes_on and word == words[number - 1]) or word.endswith("ly,"):
        return True
    if word.rstrip(",") not in OPENERS or (words[0] in _ASKING and word in _SUBJECTS):
        return False
    if goes_on or following in _SUBJECTS:
        return True
    # A capital behind it may be a name, unless the title goes on in capitals.
    second = words[number + 2] if number + 2 < len(words) else " "
    return following[0].isupper() and following not in OPENERS and not second[0].isupper()


def _guess(words: Sequence[str]) -> int:
    """Return how many words are likely the title.

    It ends before a capital that follows a small word or has a verb behind it, or else with the
    capitals, the last of which begins the sentence.
    """
    for number in range(1, len(words)):
        before, word = words[number - 1], words[number]
        if before.endswith(".") and ends_sentence(before, word):
            break
        if word[0].isupper() and before not in SMALL_WORDS and before[-1] != ",":
            following = words[number + 1] if number + 1 < len(words) else ""
            if before.islower() or following in _VERBS:
                return number
    taken = 0
    for word in words:
        if not (word[0].isupper() or word[0].isdigit() or word in SMALL_WORDS):
            break
        taken += 1
    while taken > 1 and words[taken - 1] in SMALL_WORDS:
        taken -= 1
    return max(taken - (1 < taken < len(words)), 1)
