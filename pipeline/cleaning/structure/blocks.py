"""Finding the blocks that have an extent: code, displayed math, images, rules."""

import re
from collections.abc import Iterator, Sequence

from pipeline.cleaning.structure.layout import Mark
from pipeline.scanner import Span

_IMAGE = re.compile(
    r"!\[[^\]]{0,400}\]\([^()\s]{1,400}(?: [^()]{0,200})?\)(?:\]\([^()\s]{1,400}\))?(?!\S)"
)
_IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".PNG", ".JPG", ".JPEG", ".GIF")
_FENCE_INFO = re.compile(r"[a-z+#]{0,12} ")
_RULE = re.compile(r"(?:-(?<!\S-)-{2,}+|\*(?<!\S\*)\*{2,}+|_(?<!\S_)_{2,}+)(?!\S)")


def blocks(text: str, prose: str, spans: Sequence[Span]) -> list[Mark]:
    """Return code, displayed math, images and thematic breaks that stand in a text."""
    found = [*_of_spans(text, spans), *_images(text)]
    if "---" in prose or "***" in prose or "___" in prose:
        rules = (match for match in _RULE.finditer(prose) if _parts(prose, match))
        found += (Mark(rule.start(), rule.end() + 1, "rule") for rule in rules)
    return found


def _of_spans(text: str, spans: Sequence[Span]) -> Iterator[Mark]:
    for span in spans:
        start, end, kind = span.start, span.end, span.kind
        if kind == "display":
            yield Mark(start, _past_punctuation(text, end) + 1, "math")
        elif kind == "inline":
            if end - start >= FORM and text[start - 2 : start] in FB and "=" in text[start:end]:
                yield Mark(start, _past_punctuation(text, end) + 1, "math")
        elif kind == "code":
            if text.startswith("```", start):
                yield Mark(start, end + 1, "code")
        elif kind == "url" and text.endswith(_IMAGE_NAMES, start, end):
            if (not start or text[start - 1] == " ") and (end == len(text) or text[end] == " "):
                yield Mark(start, end + 1, "image")


def _past_punctuation(text: str, position: int) -> int:
    return position + text.startswith((".", ",", ";", ":"), position)


def _images(text: str) -> Iterator[Mark]:
    position = text.find("![")
    while position >= 0:
        match = _IMAGE.match(text, position)
        start = position - text.startswith("[", position - 1) if position else 0
        if match and (not start or text[start - 1] == " "):
            yield Mark(start, match.end() + 1, "image")
        position = text.find("![", match.end() if match else position + 2)


def _parts(prose: str, match: re.Match[str]) -> bool:
    """Whether a run of signs parts two sections, rather than being a dash."""
    start, end = match.span()
    after = prose[end + 1 : end + 2]
    return (start < 2 or prose[start - 2] in ".!?:)*_\x7f`|") and not after.islower()


def fence_lines(text: str, code: Mark) -> tuple[int, int]:
    """Return where the first line of fenced code begins, and its closing fence."""
    end = code.end - 1
    ticks = end - code.start - len(text[code.start : end].rstrip("`"))
    inner, closing = code.start + ticks, end - ticks
    info = _FENCE_INFO.match(text, inner, closing)
    return (info.end() if info else inner + 1), closing


FORM = 20
FB = (": ",)
