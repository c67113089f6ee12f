r"""Giving a flattened summary back its blocks.

A dump joins all lines of a summary with single spaces. What remains of its structure are the
Markdown markers, now in the middle of a line, where each could also be prose: a hyphen between two
words, a number at the end of a sentence, a hash in code. Rules decide which of them opened a line.

Only white space is changed: `markdown` and `text` are equal once all white space is removed.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.scanner import Covered, Span, scan

# Patterns begin with the marker itself and look back from there: the engine finds a rare character
# many times faster than it looks back from every position.
_HEADING = re.compile(r"#(?<!\S#)#{0,5} (?=\S)")
_BULLET = re.compile(r"([*+-])(?<!\S[*+-]) (?=\S)")
_NUMBER = re.compile(r"(\d(?<!\S\d)\d?)([.)]) (?=\S)")
_QUOTE = re.compile(r">(?:(?<=\A>)|(?<=[.!?:] >)) (?=\S)")
_RUN_IN = re.compile(
    r"(\*\*|__)(?:(?<=[.!?:)] [*_]{2})|(?<=\*\* [*_]{2}))(?=\S)(?:(?!\1).){1,80}\1"
)
_IMAGE = re.compile(r"!(?<!\S!)\[[^\]]{0,400}\]\([^()\s]{1,400}\)(?!\S)")
_IMAGE_URL = re.compile(r"h(?<!\Sh)ttps?://\S{1,400}\.(?:png|jpe?g|gif|svg)(?!\S)", re.IGNORECASE)
_TABLE_RULE = re.compile(r"(?<!-)\|? ?:?-{2,}+:? ?(?:\| ?:?-{2,}+:? ?)+\|?")
_SENTENCE_END = re.compile(r"[.!?:;)\]*_`]$")
_TITLE_WORD = re.compile(r"^[(\"“]?[A-Z0-9]")
_SMALL_WORDS = frozenset(
    "a an and as at by for from in into of on or over the to via vs with".split()
)
_SECTION = re.compile(
    r"(?i:(?:key |main |core |basic |general |some |my |other |personal |practical |experimental )?"
    r"(?:abstract|analysis|approach|architecture|background|comments?|conclusions?|context|"
    r"contributions?|critique|cons|data|datasets?|details|discussion|evaluation|experiments?|"
    r"findings|future work|ideas?|implementation|insights?|intro|introduction|limitations|"
    r"methods?|methodology|models?|motivation|network|notes|objective|observations?|opinion|"
    r"overview|points|problem|problem statement|pros|questions|references|related work|remarks|"
    r"results?|setup|shortcomings|strengths?|summary|takeaways?|thoughts|tl;?dr|training|"
    r"weaknesses|what|why|how)):?(?= [A-Z*\-\d(\[!`$“\"#])"
)
_LABEL_HEADING = re.compile(r"(?:[^\s.:!?]+ ){0,4}[^\s.:!?]+[:?] ")
_MAX_HEADING_WORDS = 12
_IN_HEADING = re.compile(r"(?:^| )#{1,6} [^.!?]{1,50}$")
_LOOK_BACK = 60


@dataclass(frozen=True, slots=True)
class _Break:
    """White space at `position` becomes `white`; a wider break at the same place wins."""

    position: int
    white: str


def restore(text: str, spans: Sequence[Span] | None = None) -> tuple[str, str]:
    """Return (markdown, structure) of a summary.

    A text that has line breaks kept its `original` structure and is returned as it is; any other
    has its structure `restored`.
    """
    if "\n" in text:
        return text, "original"
    spans = scan(text) if spans is None else spans
    breaks = sorted(set(_breaks(text, spans)), key=lambda item: (item.position, len(item.white)))
    widest = {item.position: item.white for item in breaks if 0 < item.position < len(text)}
    parts: list[str] = []
    start = 0
    for position, white in widest.items():
        # A break is only ever put where there already is white space.
        if text[position - 1] != " ":
            continue
        parts += text[start : position - 1], white
        start = position
    parts.append(text[start:])
    return "".join(parts), "restored"


def _breaks(text: str, spans: Sequence[Span]) -> Iterator[_Break]:
    covered = Covered(spans)
    items = sorted({*_bullets(text, covered), *_numbers(text, covered)})
    headings = [match for match in _HEADING.finditer(text) if match.start() not in covered]
    markers = sorted({*items, *(match.start() for match in headings), len(text)})
    previous = None
    for item in items:
        yield _Break(item, "\n" if previous is not None else "\n\n")
        previous = item
    for match in headings:
        end = markers[bisect_right(markers, match.start())]
        yield _Break(match.start(), "\n\n")
        yield _Break(_heading_end(text, match.end(), end), "\n\n")
    yield from _paragraphs(text, covered)
    yield from _blocks(text, spans)
    yield from _tables(text, covered)


def _bullets(text: str, covered: Covered) -> Iterator[int]:
    """Yield where list items start.

    A free-standing asterisk is hardly ever anything else. A hyphen is, unless it follows the end
    of a sentence, a heading or the beginning, or the text uses it as its bullet throughout.
    """
    matches = [match for match in _BULLET.finditer(text) if match.start() not in covered]
    opening = {match.start(): match[1] for match in matches if _opens_line(text, match.start())}
    bullets = {marker for marker, count in Counter(opening.values()).items() if count > 1}
    for match in matches:
        if match[1] == "*" or opening.get(match.start()) in bullets:
            yield match.start()


def _opens_line(text: str, position: int) -> bool:
    before = text[max(0, position - _LOOK_BACK) : position].rstrip()
    if not before:
        return True
    return bool(_SENTENCE_END.search(before) or _IN_HEADING.search(before))


def _numbers(text: str, covered: Covered) -> Iterator[int]:
    """Yield where numbered items start: 1, 2, … in one style, each where a line could begin."""
    style = ""
    run: list[int] = []
    for match in _NUMBER.finditer(text):
        if match.start() in covered:
            continue
        number = int(match[1])
        if number == 1 and _opens_line(text, match.start()):
            yield from run if len(run) > 1 else ()
            run, style = [match.start()], match[2]
        elif run and match[2] == style and number == len(run) + 1:
            run.append(match.start())
    yield from run if len(run) > 1 else ()


def _heading_end(text: str, start: int, end: int) -> int:
    """Return where the block after a heading begins, at most at `end`.

    A known section name or a few words up to a colon or a question mark are a heading. Any other
    ends where a marker follows it, or with its run of title words.
    """
    if known := _SECTION.match(text, start, end):
        return known.end() + 1
    if labelled := _LABEL_HEADING.match(text, start, end):
        return labelled.end()
    words = list(re.finditer(r"\S+", text[start:end]))
    if len(words) <= _MAX_HEADING_WORDS and end < len(text):
        return end
    taken = _title_words([word[0] for word in words])
    return start + words[taken].start() if taken < len(words) else end


def _title_words(words: list[str]) -> int:
    """Return how many of the words are a title, at least one.

    The last capitalised word of the run begins the next sentence where a small word follows it.
    """
    taken = 0
    for word in words[:_MAX_HEADING_WORDS]:
        if not (_TITLE_WORD.match(word) or word in _SMALL_WORDS):
            break
        taken += 1
        if word.endswith((":", "?", "!")):
            return taken
    while taken > 1 and words[taken - 1] in _SMALL_WORDS:
        taken -= 1
    if 1 < taken < len(words):
        taken -= 1
    return max(taken, 1)


def _paragraphs(text: str, covered: Covered) -> Iterator[_Break]:
    for pattern in (_QUOTE, _RUN_IN):
        for match in pattern.finditer(text):
            if match.start() not in covered:
                yield _Break(match.start(), "\n\n")
    for pattern in (_IMAGE, _IMAGE_URL):
        for match in pattern.finditer(text):
            yield _Break(match.start(), "\n\n")
            yield _Break(match.end() + 1, "\n\n")


def _blocks(text: str, spans: Sequence[Span]) -> Iterator[_Break]:
    for span in spans:
        fenced = span.kind == "code" and text.startswith("```", span.start)
        if not fenced and span.kind != "display":
            continue
        yield _Break(span.start, "\n\n")
        yield _Break(span.end + 1, "\n\n")
        if fenced:
            info = re.compile(r"[a-z+#]{0,12} ").match(text, span.inner_start, span.inner_end)
            yield _Break(info.end() if info else span.inner_start + 1, "\n")
            yield _Break(span.inner_end, "\n")


def _tables(text: str, covered: Covered) -> Iterator[_Break]:
    """Yield the row ends of tables: where one row's last bar meets the next row's first."""
    if "--" not in text:
        return
    rules = (rule for rule in _TABLE_RULE.finditer(text) if rule.start() not in covered)
    if any(rule[0].count("|") > 1 for rule in rules):
        for edge in re.finditer(r"(?<=\|) (?=\|)", text):
            yield _Break(edge.end(), "\n")
