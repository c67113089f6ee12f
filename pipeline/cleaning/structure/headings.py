"""Finding headings, and where they end."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from pipeline.cleaning.structure.layout import COVER, Mark

_ATX = re.compile(r"#(?<!\S#)#{0,5} (?=\S)")
_SETEXT = re.compile(r"(?:=(?<!\S=)={2,}|-(?<!\S-)-{3,}) (?=\S)")
_WORD = re.compile(r"\S+")
_MAX_WORDS = 14
_MAX_LABELLED = 8  # words of a title with a colon within
_MAX_AFTER_SECTION = 3  # words that may follow a section's name in a title
_MAX_UNDERLINED = 100  # characters of a title and its line
_SMALL_WORDS = frozenset(
    "a an and as at by for from in into of on or over the to under vs vs. via with without".split()
)
# Words of closed classes: in a heading they are written small, so that a capital shows that a
# sentence begins with them.
_OPENERS = frozenset(
    "A After Again All Also Although An And Another Apart As At Authors Based Because Before "
    "Besides Both But By Can Consider Currently Despite Due During Each Essentially Even Every Finally "
    "First For From Given Here How However I If Imagine In Instead It It's Its Let Let's Many More Most "
    "Note Now On One Only Our Overall Recent Recently Several Similar Similarly Since So Some Such "
    "That The Their Then There There's These They This Those Though Three Thus To Two Typically "
    "Under Unlike Until Using We What When Where Whereas Which While Why With Within You Your".split()
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
    r"(?i:(?:key |main |core |basic |general |some |my |other |personal |practical |experimental |additional )?"
    r"(?:abstract|analysis|approach|architecture|background|comments?|conclusions?|context|"
    r"contributions?|critique|cons|datasets?|details|discussion|evaluation|experiments?|"
    r"findings|future work|ideas?|implementation|insights?|intro|introduction|limitations|"
    r"methods?|methodology|motivation|notes|objective|observations?|opinion|"
    r"overview|presenter|problem addressed|problem statement|pros|questions|references?|related work|remarks|resources|"
    r"results?|setup|shortcomings|strengths?|summary|takeaways?|thoughts|tl;?dr|"
    r"weaknesses|my two cents)):?(?= [A-Z*_\-\d(\[!`$“\"#\x7f])"
)
_GOES_ON = tuple('[*_(`"' + COVER)
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_ABBREVIATED = re.compile(r"(?:\d+|[A-Za-z]|[ivx]+|vs|al|e\.g|i\.e|Fig|Eq|Sec|Dr|No)\.")


def heading_starts(prose: str) -> list[int]:
    """Return where a free-standing run of hashes opens a heading.

    A single hash before a small letter, where no line could begin, is a number sign.
    """
    if "#" not in prose:
        return []
    return [match.start() for match in _ATX.finditer(prose) if not _counts(prose, match)]


def _counts(prose: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    return (
        end - start == 2 and start > 1 and prose[end].islower() and prose[start - 2] not in ".!?:;"
    )


def headings(prose: str, starts: Sequence[int], stops: Sequence[int]) -> Iterator[Mark]:
    """Yield the headings that begin at `starts`; none goes beyond the next of `stops`."""
    closed = _closings(prose, starts)
    for start in starts:
        if start in closed.values():
            continue
        if start in closed:
            yield Mark(start, prose.find(" ", closed[start]) + 1 or len(prose), "heading")
            continue
        title = prose.index(" ", start) + 1
        index = bisect_right(stops, start)
        stop = stops[index] if index < len(stops) else len(prose)
        yield Mark(start, _end(prose, title, stop, marked=index < len(stops)), "heading")


def underlined(prose: str, ends: frozenset[int]) -> Iterator[tuple[Mark, int]]:
    """Yield the headings that are underlined, each with the place of its line.

    The title begins behind the sentence or block before it, or else with the capital from which
    on it is about as long as its line.
    """
    if "===" not in prose and "----" not in prose:
        return
    last = 0
    for line in _SETEXT.finditer(prose):
        start = _title_start(prose, last, line, ends)
        if start is not None:
            yield Mark(start, line.end(), "heading", "="), line.start()
            last = line.end()


def _title_start(prose: str, last: int, line: re.Match[str], ends: frozenset[int]) -> int | None:
    low = max(last, line.start() - _MAX_UNDERLINED)
    words = list(_WORD.finditer(prose, low, line.start()))
    if not words or words[-1][0].rstrip("*_)").endswith((".", "!", ";", ",")):
        return None
    length = len(line[0].rstrip())
    capitals = []
    for number in range(len(words) - 1, -1, -1):
        start = words[number].start()
        if prose[start].isupper() or prose[start].isdigit():
            capitals.append(start)
        if number and _ends_sentence(words[number - 1][0]):
            return start if len(words) - number <= _MAX_WORDS else None
        if start == last or start in ends:
            break
    return min(capitals, key=lambda start: abs(line.start() - 1 - start - length), default=None)


def _closings(prose: str, starts: Sequence[int]) -> dict[int, int]:
    """Return where the hashes stand that close the headings at `starts`.

    They are told from the next heading by the whole text: its runs of hashes come in pairs of
    equal length around few words, and there are several pairs, or the one holds a question.
    """
    pairs = list(zip(starts[::2], starts[1::2], strict=False))
    if not pairs or len(starts) % 2:
        return {}
    for opening, closing in pairs:
        marker = prose[opening : prose.index(" ", opening)]
        title = prose[opening:closing].rstrip()
        if len(title) > 80 or not prose.startswith(f"{marker} ", closing) or ". " in title:
            return {}
    asks = prose[: pairs[0][1]].rstrip().endswith("?")
    return dict(pairs) if len(pairs) > 1 or asks else {}


def _end(prose: str, start: int, stop: int, *, marked: bool) -> int:
    """Return where the block after a heading begins.

    `start` is the beginning of the title, `stop` the next marker, or the end of the text.
    """
    words = list(islice(_WORD.finditer(prose, start, stop), _MAX_WORDS + 2))
    texts = [word[0] for word in words]
    known = _SECTION.match(prose, start, stop)
    section = len(known[0].split()) if known else 0
    whole = marked and _is_title(texts, section)
    taken, sure = _title_length(texts, whole=whole)
    if section and not whole:
        between = texts[section:taken]
        named = 0 < len(between) <= _MAX_AFTER_SECTION and all(map(_is_capital, between))
        taken = taken if sure and named else section
    return words[taken].start() if taken < len(words) else stop


def _is_capital(word: str) -> bool:
    return word[0].isupper()


def _is_title(words: Sequence[str], section: int) -> bool:
    """Whether all words before a marker can be a title: no sentence ends among them."""
    if len(words) > _MAX_WORDS:
        return False
    ends = [number for number, word in enumerate(words, 1) if _ends_sentence(word)]
    if not ends or (ends[0] == len(words) and words[-1].endswith((":", "?"))):
        return True
    following = words[ends[0]] if ends[0] < len(words) else ""
    labelled = words[ends[0] - 1].endswith(":") and _is_capital(following or "a")
    return labelled and len(ends) == 1 and len(words) <= _MAX_LABELLED and ends[0] != section


def _ends_sentence(word: str) -> bool:
    return word.endswith(_SENTENCE_ENDS) and not _ABBREVIATED.fullmatch(word)


def _title_length(words: Sequence[str], *, whole: bool) -> tuple[int, bool]:
    """Return how many of the words are the title, at least one, and whether that is sure.

    `whole` tells that a marker follows all of them, and no sentence ends among them. A sentence
    shows by a word that would be small in a title, by the title's own word, or by its verb.
    """
    guess = 0
    for number in range(1, len(words)):
        before, word = words[number - 1], words[number]
        if not whole and _ends_sentence(before):
            if before.endswith("."):
                break
            if word[0].isupper() or not any(later.endswith("?") for later in words[number:]):
                return number, True
        if word[0] == ">":
            return number, True
        if before in _SMALL_WORDS or before.endswith(","):
            continue
        if _sets_off(words[0], word) or _begins_sentence(words, number):
            return number, True
        if not guess and _is_capital(word):
            following = words[number + 1] if number + 1 < len(words) else ""
            guess = number if following in _VERBS or before.islower() else 0
    if whole:
        return len(words), True
    return guess or _title_case(words), False


def _sets_off(first: str, word: str) -> bool:
    """Whether a word begins emphasis or a link, as a paragraph does, and the title does not."""
    return word.startswith(("**", "[")) and not first.startswith(word[0])


def _begins_sentence(words: Sequence[str], number: int) -> bool:
    """Whether a sentence begins with a word: an opener, an adverb, or the title's own word."""
    word = words[number]
    following, second = (*words[number + 1 : number + 3], "", "")[:2]
    if not _is_capital(word):
        return False
    goes_on = following[:1].islower() or following[:1] in _GOES_ON
    if word == words[0] and (goes_on or following == words[1]):
        return True
    if (goes_on and word == words[number - 1]) or word.endswith("ly,"):
        return True
    if word.rstrip(",") not in _OPENERS or (words[0] in _ASKING and word in _SUBJECTS):
        return False
    if goes_on or following in _SUBJECTS:
        return True
    # A capital behind it may be a name, unless the title goes on in capitals.
    return following[:1].isupper() and following not in _OPENERS and not second[:1].isupper()


def _title_case(words: Sequence[str]) -> int:
    """Return the length of a title whose words have capitals.

    The last capital of the run begins the next sentence where a small word follows it.
    """
    taken = 0
    for word in words:
        if not (word[0].isupper() or word[0].isdigit() or word in _SMALL_WORDS):
            break
        taken += 1
    while taken > 1 and words[taken - 1] in _SMALL_WORDS:
        taken -= 1
    if 1 < taken < len(words):
        taken -= 1
    return max(taken, 1)
