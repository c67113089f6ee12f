"""Reference links and images: `[label][name]`, with `[name]: address` elsewhere.

As in CommonMark (4.7, 6.3 and 6.4), `[name][]` and `[name]` also refer to a definition; names match
regardless of case and white space; the first of several definitions counts; and a definition itself
is not rendered. As dumps join lines, a definition may begin within a line.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from shortscience.pipeline.anchors import Anchored
from shortscience.pipeline.scanner import Covered, Span

_DEFINITION = Anchored(
    "[", re.compile(r"(?<!\S)\[(?P<name>(?!\^)[^\[\]]{1,200})\]:[ \t]{0,8}\n?[ \t]{0,8}")
)
_TITLE = re.compile(
    r"[ \t]+(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'|\([^()\n]{0,400}\))(?=[ \t]*(?:[\n\[]|\Z))"
)
_BRACKETED = re.compile(r"(?<!\\)\[([^\[\]]{1,200})\]")
_BRACKETS = Anchored("[", _BRACKETED)
_LABEL_LIMIT = 1000


class Definition(NamedTuple):
    """A definition, with its title if it has one: `text[start:end]`, its name and its address."""

    start: int
    end: int
    name: str
    address: Span


class Use(NamedTuple):
    """A link or image by reference: `text[start:end]`, and its address."""

    start: int
    end: int
    label: str
    is_image: bool
    address: Span


def definitions(text: str, spans: Sequence[Span]) -> list[Definition]:
    """Return the definitions of a text, in order."""
    if "]:" not in text:
        return []
    matches = _DEFINITION.matches(text)
    if not matches:
        return []
    addresses = {span.start: span for span in spans if span.kind == "url"}
    return [
        _definition(text, match, addresses[match.end()])
        for match in matches
        if match.end() in addresses
    ]


def _definition(text: str, opening: re.Match[str], address: Span) -> Definition:
    title = _TITLE.match(text, address.end)
    end = title.end() if title else address.end
    return Definition(opening.start(), end, _name(opening["name"]), address)


def uses(text: str, spans: Sequence[Span], defined: Sequence[Definition]) -> Iterator[Use]:
    """Yield the links and images that refer to a definition, in order."""
    if not defined:
        return
    addresses = {definition.name: definition.address for definition in reversed(defined)}
    starts = {definition.start for definition in defined}
    opaque = Covered(spans)
    for match in _BRACKETS.matches(text):
        address = addresses.get(_name(match[1]))
        start, end = match.span()
        if address is None or start in starts or start in opaque or text[end : end + 1] == "(":
            continue
        if text[start - 1 : start] == "[" and text.startswith(("](", "]["), end):
            continue  # the label of another link, as in `[[1]][1]`
        label = match[1]
        if text[start - 1 : start] == "]" and (opening := opening_bracket(text, start - 1)):
            start, label = opening - 1, text[opening : start - 1]
        elif text.startswith("[]", end):
            end += 2
        elif (name := _BRACKETED.match(text, end)) and _name(name[1]) in addresses:
            continue
        is_image = text[start - 1 : start] == "!"
        yield Use(start - is_image, end, label, is_image, address)


def opening_bracket(text: str, closing: int) -> int | None:
    """Return the position after the bracket that matches `text[closing]`, within a limit."""
    depth = 0
    for position in range(closing, max(-1, closing - _LABEL_LIMIT), -1):
        escaped = position > 0 and text[position - 1] == "\\"
        if text[position] == "]" and not (escaped and position != closing):
            depth += 1
        elif text[position] == "[" and not escaped:
            depth -= 1
            if depth == 0:
                return position + 1
    return None


def _name(written: str) -> str:
    return " ".join(written.casefold().split())
