"""Summaries as HTML: Markdown with math, in which nothing of the author's can act.

markdown-it-py parses CommonMark with tables and struck text. Raw HTML is text to it. Math is what
the scanner of this project says it is: each formula is replaced by a word that the text does not
hold before Markdown is parsed, so that neither reads the other's marks, and comes back as MathML.
Addresses are followed only where they are of the web, and images become buttons.
"""

import html
import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from shortscience.pipeline.report.mathml import to_mathml
from shortscience.pipeline.scanner import Span, scan

TOP_LEVEL = 3
"""The level of a summary's highest heading: the page and its sections have the levels above."""
_LOWEST_LEVEL = 6
_SCROLLED = 60
"""Characters of a formula from which it gets an area of its own that can be scrolled."""
_Env = MutableMapping[str, Any]


@dataclass(frozen=True)
class _Formula:
    """A formula that a word stands for; `raw` has its delimiters."""

    latex: str
    raw: str
    display: bool


def to_html(markdown: str) -> str:
    """Return a summary as HTML, made of an allowlist of elements and attributes."""
    word = _unused_word(markdown)
    formulas: list[_Formula] = []
    parts: list[str] = []
    position = 0
    for span in scan(markdown):
        if span.kind not in {"display", "inline"}:
            continue
        parts += markdown[position : span.start], f"{word}{len(formulas)}e"
        formulas.append(_formula(markdown, span))
        position = span.end
    parts.append(markdown[position:])
    return str(_parser().render("".join(parts), {"word": word, "formulas": formulas}))


def web_address(url: str) -> str | None:
    """Return an address if it is one of the web, the only kind that may be followed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def formula_html(latex: str, raw: str, *, display: bool) -> str:
    """Return a formula as MathML, or as its source where that cannot be."""
    mathml = to_mathml(latex, display=display)
    if mathml is None:
        return f'<code class="source">{html.escape(raw)}</code>'
    if display or len(latex) > _SCROLLED:
        kind = "formula display" if display else "formula"
        return f'<span class="{kind}" tabindex="0">{mathml}</span>'
    return mathml


def _unused_word(text: str) -> str:
    """Return letters that stand nowhere in the text, nor in what its character references mean."""
    word = "formula"
    meant = html.unescape(text)
    while word in text or word in meant:
        word += "q"
    return word


def _formula(text: str, span: Span) -> _Formula:
    raw = text[span.start : span.end]
    return _Formula(text[span.inner_start : span.inner_end].strip(), raw, span.kind == "display")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("formulas", _split_texts)
    parser.core.ruler.push("headings", _level_headings)
    return parser


def _split_texts(state: StateCore) -> None:
    """Cut formulas and bare addresses out of the texts, as tokens of their own."""
    for token in state.tokens:
        if token.children is None:
            continue
        depth = 0
        children: list[Token] = []
        for child in token.children:
            depth += (child.type == "link_open") - (child.type == "link_close")
            if child.type == "image" and depth:
                # A button in a link is two controls in one place; the image is listed below.
                child.type = "linked_image"
            if child.type == "text":
                children += _pieces(child.content, state.env, linked=depth > 0)
            else:
                children.append(child)
        token.children = children


def _pieces(text: str, env: _Env, *, linked: bool) -> Iterator[Token]:
    position = 0
    for match, formula in _formulas(text, env):
        yield from _prose(text[position : match.start()], linked=linked)
        yield Token("formula", "", 0, meta={"formula": formula})
        position = match.end()
    yield from _prose(text[position:], linked=linked)


def _prose(text: str, *, linked: bool) -> Iterator[Token]:
    position = 0
    for span in () if linked else scan(text):
        url = text[span.inner_start : span.inner_end]
        if span.kind != "url" or not web_address(url):
            continue
        yield Token("text", "", 0, content=text[position : span.start])
        yield Token("link_open", "a", 1, attrs={"href": url})
        yield Token("text", "", 0, content=url)
        yield Token("link_close", "a", -1)
        position = span.end
    yield Token("text", "", 0, content=text[position:])


def _level_headings(state: StateCore) -> None:
    """Give headings levels without gaps, below those of the page; drop empty ones."""
    open_levels: list[int] = []
    tokens: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            written = int(token.tag[1])
            while open_levels and open_levels[-1] >= written:
                open_levels.pop()
            open_levels.append(written)
            level = min(TOP_LEVEL + len(open_levels) - 1, _LOWEST_LEVEL)
            empty = not state.tokens[index + 1].content.strip()
            token.tag = state.tokens[index + 2].tag = "div" if empty else f"h{level}"
        tokens.append(token)
    state.tokens = tokens


class _Renderer(RendererHTML):
    """Writes what markdown-it's renderer would not write safely or accessibly."""

    def formula(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        formula: _Formula = tokens[index].meta["formula"]
        return formula_html(formula.latex, formula.raw, display=formula.display)

    def link_open(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        url = _as_written(str(tokens[index].attrs.get("href", "")), env)
        named = tokens[index + 1].type != "link_close" and any(
            token.type != "text" or token.content.strip()
            for token in tokens[index + 1 : _closing(tokens, index)]
        )
        label = "" if named else html.escape(url or "link without text")
        if not web_address(url):
            return f'<span class="address">{label}'
        return f'<a href="{html.escape(url)}" rel="noopener noreferrer" target="_blank">{label}'

    def link_close(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        depth, opening = 0, index
        while opening > 0:
            depth += (tokens[opening].type == "link_close") - (tokens[opening].type == "link_open")
            if not depth:
                break
            opening -= 1
        url = _as_written(str(tokens[opening].attrs.get("href", "")), env)
        return "</a>" if web_address(url) else "</span>"

    def image(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        url = _as_written(str(tokens[index].attrs.get("src", "")), env)
        return image_html(url, _as_written(tokens[index].content, env))

    def linked_image(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        return f"[{html.escape(_as_written(tokens[index].content, env).strip() or 'image')}]"

    def code_inline(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        return f"<code>{html.escape(_as_written(tokens[index].content, env))}</code>"

    def code_block(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        return f"<pre>{html.escape(_as_written(tokens[index].content, env))}</pre>\n"

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: _Env) -> str:
        return self.code_block(tokens, index, options, env)

    def table_open(self, *_: object) -> str:
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: object) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return "<th>" if tokens[index + 1].content.strip() else "<td>"

    def th_close(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return "</th>" if tokens[index - 1].content.strip() else "</td>"

    def td_open(self, *_: object) -> str:
        return "<td>"


def image_html(url: str, alt: str) -> str:
    """Return a button that names an image and where it would be loaded from."""
    address = web_address(url)
    what = html.escape(alt.strip() or "Image")
    if not address:
        return f'<span class="address">{what}: {html.escape(url)}</span>'
    host = html.escape(urlsplit(address).hostname or "")
    return (
        f'<button type="button" class="image" data-image="{html.escape(address)}">'
        f"{what} <small>load from {host}</small></button>"
    )


def _closing(tokens: Sequence[Token], opening: int) -> int:
    return next(
        index for index in range(opening + 1, len(tokens)) if tokens[index].type == "link_close"
    )


def _as_written(text: str, env: _Env) -> str:
    """Put the source of formulas back where Markdown shows text as it is."""
    parts: list[str] = []
    position = 0
    for match, formula in _formulas(text, env):
        parts += text[position : match.start()], formula.raw
        position = match.end()
    return "".join(parts) + text[position:]


def _formulas(text: str, env: _Env) -> Iterator[tuple[re.Match[str], _Formula]]:
    """Yield the words in a text that stand for formulas, with these.

    A character reference or an escaped address can make such a word, too: of one that no formula
    has, nothing is made.
    """
    formulas: list[_Formula] = env["formulas"]
    for match in re.finditer(rf"{env['word']}(\d{{1,6}})e", text, re.ASCII):
        if int(match[1]) < len(formulas):
            yield match, formulas[int(match[1])]
