"""Finding the blocks with an extent: code, displayed math, images, definitions, thematic breaks."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from shortscience.pipeline.cleaning.structure.layout import COVER, Mark
from shortscience.pipeline.link_references import definitions, uses
from shortscience.pipeline.scanner import Covered, Span

_IMAGE = re.compile(
    rf"!\[[^\]]{{0,400}}\]\({COVER}{{1,2000}}[^()]{{0,200}}\)(?:\]\({COVER}{{1,2000}}\))?(?!\S)"
)
_IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".PNG", ".JPG", ".JPEG", ".GIF", ".SVG")
_FENCE = "```"
_FENCE_INFO = re.compile(r"[a-zA-Z0-9+#-]{0,12} ")
_PUNCTUATION = (".", ",", ";", ":")
# A formula that a colon announces, with a relation in it and no shorter than this, is displayed:
# many write it between single dollars on a line of its own.
_LONG_FORMULA = 20
_RULE = re.compile(r"(?:-(?<!\S-)-{2,}+|\*(?<!\S\*)\*{2,}+|_(?<!\S_)_{2,}+)(?!\S)")
_BEFORE_RULE = f".!?:)*_`|{COVER}"
_BLOCK_AHEAD = re.compile(r" (?:#{1,6}|>) [^a-z]")


def blocks(text: str, prose: str, spans: Sequence[Span]) -> list[Mark]:
    """Return the blocks of these kinds that stand in a text."""
    found = list(_definitions(text, spans))
    defined = Covered(found)
    for span in spans:
        if span.start not in defined and (kind := _kind(text, span)) is not None:
            end = span.end + (kind == "math" and text.startswith(_PUNCTUATION, span.end))
            found.append(Mark(span.start, end + 1, kind))
    if "!" in prose:
        found += _images(prose)
    # One character is found far faster than three.
    if any(sign in prose and 3 * sign in prose for sign in "-*_"):
        rules = (match for match in _RULE.finditer(prose) if _separates(prose, match))
        found += (Mark(rule.start(), rule.end() + 1, "rule") for rule in rules)
    return found


def _definitions(text: str, spans: Sequence[Span]) -> Iterator[Mark]:
    """Yield the definitions of links by reference that are used, and those behind another one.

    In a sentence, as in `see [this]: https://… for more`, brackets define nothing.
    """
    defined = definitions(text, spans)
    used = {use.address.start for use in uses(text, spans, defined)}
    last = -1
    for start, end, _, address in defined:
        listed = address.start in used or start == last
        if listed and not text[end + 1 : end + 2].islower():
            last = end + 1
            yield Mark(start, last, "definition")


def _kind(text: str, span: Span) -> Literal["math", "code", "image"] | None:
    """Return what block a span is, if it is one."""
    start, end = span.start, span.end
    if span.kind == "display":
        return "math"
    if span.kind == "inline":
        announced = end - start >= _LONG_FORMULA and text.startswith(": ", start - 2)
        alone = end == len(text) or text.startswith((" ", *_PUNCTUATION), end)
        return "math" if announced and alone and "=" in text[start:end] else None
    if span.kind == "code":
        fenced = text.startswith(_FENCE, start) and text[_closing(text, end) - 1] == " "
        return "code" if fenced and _is_free(text, start, end) else None
    named = text.endswith(_IMAGE_NAMES, start, end)
    return "image" if named and _is_free(text, start, end) else None


def _is_free(text: str, start: int, end: int) -> bool:
    return (not start or text[start - 1] == " ") and (end == len(text) or text[end] == " ")


def _images(prose: str) -> Iterator[Mark]:
    position = prose.find("![")
    while position >= 0:
        match = _IMAGE.match(prose, position)
        start = position - (position > 0 and prose[position - 1] == "[")
        if match and (not start or prose[start - 1] == " "):
            yield Mark(start, match.end() + 1, "image")
        position = prose.find("![", match.end() if match else position + 2)


def _separates(prose: str, rule: re.Match[str]) -> bool:
    """Whether a run of signs separates two sections, rather than being a dash."""
    start, end = rule.span()
    if _BLOCK_AHEAD.match(prose, end):
        return True
    return (start < 2 or prose[start - 2] in _BEFORE_RULE) and not prose[
        end + 1 : end + 2
    ].islower()


def fence_lines(text: str, code: Mark) -> tuple[int, int]:
    """Return where the first line of fenced code begins, and its closing fence."""
    end = code.end - 1
    closing = _closing(text, end)
    inner = code.start + end - closing
    info = _FENCE_INFO.match(text, inner, closing)
    return (info.end() if info else inner + 1), closing


def _closing(text: str, end: int) -> int:
    """Return where the backticks begin that end at `end`."""
    position = end
    while text[position - 1] == "`":
        position -= 1
    return position
