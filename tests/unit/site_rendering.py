r"""What the site makes of a summary in a browser: its math, links and images.

The site escapes the text as HTML, runs marked over it, and MathJax over the result. Here,
markdown-it-py stands for marked, lxml for the browser, and MathJax's search for math is written
after its source (2.7, extensions/tex2jax.js): in each run of text that no element interrupts, from
a delimiter to the next one that closes it outside of braces; what does not close opens nothing.
Environments are math wherever they stand. Code is never searched. Before marked, the site protects
what lies between dollars.

Links and images are read from the same HTML without escaping first, so that autolinks and HTML
count; bare addresses are those that marked's rule for GFM (0.3, `inline.gfm.url`) links, and those
with `www.` as in GFM.

Held against the site's own programs, marked 0.3.6 and MathJax 2.7.5, this finds 2,536 of their
2,540 formulas in 762 summaries, and one other.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import unquote

import lxml.html
from lxml.etree import _Element
from markdown_it import MarkdownIt

from shortscience.pipeline.extraction.addresses import Image
from shortscience.pipeline.extraction.addresses import addresses as found_addresses
from shortscience.pipeline.extraction.equations import equations
from shortscience.pipeline.scanner import scan

Thing = tuple[str, str, bool]
"""A kind (`equation`, `link` or `image`), what is compared of it, and whether it is displayed."""

_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_BETWEEN_DOLLARS = re.compile(r"\$+[^$]*\$+")
_GUARDS = (
    (re.compile(r"\\?_"), r"\\_"),
    (re.compile(r"\\([{}])"), r"\\\\\1"),
    (re.compile(r"\\?\*"), r"\\*"),
    (re.compile(r"\\\\"), r"\\\\\\"),
)
_CLOSING = {"$$": "$$", r"\[": r"\]", "$": "$", r"\(": r"\)"}
_START = re.compile(r"\$\$|\\\[|\$|\\\(|\\begin\{(?P<name>[^}]*)\}|\\(?:eq)?ref\{[^}]*\}")
_WITHOUT_MATH = frozenset({"script", "noscript", "style", "textarea", "pre", "code"})
_WITHOUT_LINKS = _WITHOUT_MATH | {"a"}
_BETWEEN_TEXT = frozenset({"br", "wbr"})
_BARE = re.compile(r"""(?:https?://|(?<![\w@./])www\.)[^\s<]+[^<.,:;"')\]\s]""")
_IMAGE = re.compile(r"(?:jpg|jpeg|png|gif)$", re.IGNORECASE)


class Formula(NamedTuple):
    """Math as the site sets it: without delimiters, but an environment with its own."""

    latex: str
    display: bool


class Addresses(NamedTuple):
    """The addresses that a rendered summary links to, and those of the images it shows."""

    links: list[str]
    images: list[str]


def rendered(markdown: str) -> Iterator[Thing]:
    """Yield what the site shows of a summary, in the form that `extracted` has."""
    for formula in formulas(markdown):
        yield _formula(formula.latex, formula.display)
    shown = addresses(markdown)
    yield from (_address("link", url) for url in shown.links)
    yield from (_address("image", url) for url in shown.images)


def extracted(text: str) -> Iterator[Thing]:
    """Yield what the extraction finds in a text."""
    spans = scan(text)
    for equation in equations(text, spans):
        yield _formula(equation.latex, equation.display)
    for item in found_addresses(text, spans):
        yield _address("image" if isinstance(item, Image) else "link", item.url)


def _formula(latex: str, display: bool) -> Thing:
    """Leave out white space and backslashes, for Markdown takes some of the latter."""
    return "equation", re.sub(r"[\s\\]", "", latex), display


def _address(kind: str, url: str) -> Thing:
    url = unquote(unescape(url)).strip()
    return kind, f"http://{url}" if url.startswith("www.") else url, False


def formulas(markdown: str) -> list[Formula]:
    """Return the formulas of a summary as its author wrote it."""
    guarded = _BETWEEN_DOLLARS.sub(lambda match: _guard(match[0]), markdown)
    root = _html(escape(guarded, quote=False))
    return [formula for text in _runs(root, _WITHOUT_MATH) for formula in _search(text)]


def addresses(markdown: str) -> Addresses:
    """Return the addresses of a summary as its author wrote it."""
    root = _html(markdown)
    links = [href for href in root.xpath("//a/@href") if not href.startswith("#")]
    images = list(root.xpath("//img/@src"))
    for text in _runs(root, _WITHOUT_LINKS):
        for match in _BARE.finditer(text):
            (images if _IMAGE.search(match[0]) else links).append(match[0])
    return Addresses(links, images)


def _guard(between: str) -> str:
    for pattern, replacement in _GUARDS:
        between = pattern.sub(replacement, between)
    return between


def _html(markdown: str) -> _Element:
    return lxml.html.fromstring(f"<div>{_PARSER.render(markdown)}</div>")


def _runs(root: _Element, without: frozenset[str]) -> Iterator[str]:
    """Yield the runs of text that no element but a line break interrupts."""
    if root.tag in without:
        return
    run = root.text or ""
    for child in root:
        if child.tag in _BETWEEN_TEXT:
            run += " "
        else:
            yield run
            run = ""
            yield from _runs(child, without) if isinstance(child.tag, str) else ()
        run += child.tail or ""
    yield run


def _search(text: str) -> Iterator[Formula]:
    """Yield the formulas in a run of text."""
    position = 0
    while start := _START.search(text, position):
        position = start.end()
        name, opening = start["name"], start[0]
        if name is None and opening not in _CLOSING:
            yield Formula(opening, display=False)
            continue
        closing = _CLOSING[opening] if name is None else rf"\end{{{name}}}"
        end = _closing(text, position, closing)
        if end is None:
            continue
        inner = text[position : end - len(closing)] if name is None else text[start.start() : end]
        yield Formula(inner, name is not None or opening in {"$$", r"\["})
        position = end


def _closing(text: str, position: int, closing: str) -> int | None:
    """Return where math ends, behind the first closing delimiter outside of braces."""
    depth = 0
    for match in re.compile(rf"{re.escape(closing)}|\\.|[{{}}]").finditer(text, position):
        if match[0] == closing and depth == 0:
            return match.end()
        depth = max(0, depth + (match[0] == "{") - (match[0] == "}"))
    return None
