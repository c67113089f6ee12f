"""Summaries as safe HTML: Markdown with math, without active content.

markdown-it-py parses CommonMark with tables and strikethrough; raw HTML counts as text. Math is
what this project's scanner marks. Before parsing, each formula and each mention of a known paper is
replaced by a word that does not occur in the text, so that Markdown and math do not interfere;
afterwards it becomes MathML or a link. Only web addresses become links, and images become buttons.
"""

import html
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, MutableMapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from shortscience.pipeline.report.mathml import to_mathml
from shortscience.pipeline.scanner import Span, scan

TOP_LEVEL = 3
"""The level of a summary's highest heading, below those of the page and its sections."""
_LOWEST_LEVEL = 6
_SCROLLED = 30
"""Characters of a formula from which it gets its own scrollable area."""
_INDENTATION = re.compile(r"^[^\S\n]*", re.MULTILINE)
_BLOCK_MARK = re.compile(r"\s*(?:[*+-]|#{1,6}|>)\s+")
_Env = MutableMapping[str, Any]


class PaperLink(NamedTuple):
    """A piece of a summary, `markdown[start:end]`, that links to a paper's page."""

    start: int
    end: int
    paper_id: str


class _Placed(NamedTuple):
    """The replacement of a word, in running text and within a link; `raw` is the original."""

    raw: str
    html: str
    in_link: str


def to_html(markdown: str, links: Iterable[PaperLink] = ()) -> str:
    """Return a summary as HTML, from an allowlist of elements and attributes.

    `links` are left out if they overlap math, code or addresses, or would change the Markdown
    around them.
    """
    spans = list(scan(markdown))
    placed = [
        *((span.start, span.end, _formula(markdown, span)) for span in spans if _is_math(span)),
        *(
            (link.start, link.end, _to_paper(markdown[link.start : link.end], link.paper_id))
            for link in _replaceable(markdown, links, spans)
        ),
    ]
    return str(_parser().render(*_with_words(markdown, placed)))


def to_inline_html(sentence: str, mention: str) -> str:
    """Return a sentence as HTML without blocks and images, with its mention marked.

    Block marks at the start of lines (headings, quotations, list items) are removed.
    """
    mark = _BLOCK_MARK.match(sentence)
    sentence = sentence[mark.end() if mark else 0 :]
    start = sentence.find(mention)
    end = start + len(mention)
    marked = f"<mark>{_flat(mention)}</mark>"
    placed = [(start, end, _Placed(mention, marked, marked))] if start >= 0 and mention else []
    placed += [
        (span.start, span.end, _formula(sentence, span))
        for span in scan(sentence)
        if _is_math(span) and (span.end <= start or span.start >= end)
    ]
    text, env = _with_words(sentence, placed)
    return str(_parser().renderInline(text, {**env, "images": False}))


def _flat(mention: str) -> str:
    """Return a mention as inline HTML without links and images, as it may be inside a link."""
    placed = [
        (span.start, span.end, _formula(mention, span)) for span in scan(mention) if _is_math(span)
    ]
    text, env = _with_words(mention, placed)
    return str(_parser().renderInline(text, {**env, "images": False, "links": False}))


def _with_words(text: str, placed: list[tuple[int, int, _Placed]]) -> tuple[str, _Env]:
    """Replace pieces of a text by words; return the text, and the words' meanings."""
    word = _unused_word(text)
    parts: list[str] = []
    position = 0
    ordered = sorted(placed, key=lambda item: item[0])
    for number, (start, end, _) in enumerate(ordered):
        parts += text[position:start], f"{word}{number}e"
        position = end
    parts.append(text[position:])
    return "".join(parts), {"word": word, "placed": [piece for _, _, piece in ordered]}


def _is_math(span: Span) -> bool:
    return span.kind in {"display", "inline"}


def _replaceable(
    text: str, links: Iterable[PaperLink], spans: Sequence[Span]
) -> Iterator[PaperLink]:
    """Yield the links that overlap no span and whose replacement leaves the Markdown as it is."""
    ends = [span.end for span in spans]
    openings = {indentation.end() for indentation in _INDENTATION.finditer(text)}
    for link in links:
        following = bisect_right(ends, link.start)
        if following < len(spans) and spans[following].start < link.end:
            continue
        # Brackets would make it a Markdown link, and a colon the definition of one.
        mark = text[link.end : link.end + 1]
        if mark not in {"(", "["} and not (mark == ":" and link.start in openings):
            yield link


def _to_paper(raw: str, paper_id: str) -> _Placed:
    label = html.escape(raw)
    return _Placed(raw, f'<a class="paper" href="{paper_address(paper_id)}">{label}</a>', label)


def paper_address(paper_id: str) -> str:
    """Return the address of a paper's page, relative to a summary's page."""
    return f"#{quote(paper_id, safe=':/')}"


def web_address(url: str) -> str | None:
    """Return an address if it is a web address, the only kind that becomes a link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def formula_html(latex: str, raw: str, *, display: bool) -> str:
    """Return a formula as MathML, or its source if it cannot be converted."""
    mathml = to_mathml(latex, display=display)
    if mathml is None:
        return f'<code class="source">{html.escape(raw)}</code>'
    if display or len(latex) > _SCROLLED:
        kind = "formula display" if display else "formula"
        return f'<span class="{kind}" tabindex="0">{mathml}</span>'
    return mathml


def _unused_word(text: str) -> str:
    """Return letters that occur neither in the text nor in its decoded character references."""
    word = "formula"
    meant = html.unescape(text)
    while word in text or word in meant:
        word += "q"
    return word


def _formula(text: str, span: Span) -> _Placed:
    raw = text[span.start : span.end]
    latex = text[span.inner_start : span.inner_end].strip()
    shown = formula_html(latex, raw, display=span.kind == "display")
    return _Placed(raw, shown, shown)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("words", _split_texts)
    parser.core.ruler.push("headings", _level_headings)
    return parser


def _split_texts(state: StateCore) -> None:
    """Split placeholder words and bare addresses out of texts, as tokens of their own."""
    for token in state.tokens:
        if token.children is not None:
            token.children = list(_split(token.children, state.env))


def _split(tokens: Iterable[Token], env: _Env) -> Iterator[Token]:
    depth = 0 if env.get("links", True) else 1
    outside = depth
    images: list[Token] = []
    for token in tokens:
        depth += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text":
            yield from _pieces(token.content, env, linked=depth > 0)
            continue
        if token.type == "image" and (depth or not env.get("images", True)):
            # A button inside a link would nest two controls, so it goes after the link.
            if env.get("images", True):
                images.append(Token("image", "", 0, content=token.content, attrs=token.attrs))
            token.type = "named_image"
        yield token
        if depth == outside:
            yield from images
            images = []


def _pieces(text: str, env: _Env, *, linked: bool) -> Iterator[Token]:
    position = 0
    for match, placed in _words(text, env):
        yield from _prose(text[position : match.start()], linked=linked)
        yield Token("placed", "", 0, content=placed.in_link if linked else placed.html)
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
    """Renumber headings without gaps, below those of the page, and drop empty ones."""
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
    """Overrides what markdown-it's renderer does not write safely or accessibly."""

    def placed(self, tokens: Sequence[Token], index: int, *_: object) -> str:
        return tokens[index].content

    def link_open(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
        if not env.get("links", True):
            return ""
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
        if not env.get("links", True):
            return ""
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

    def named_image(self, tokens: Sequence[Token], index: int, _: OptionsDict, env: _Env) -> str:
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
    """Return a button that names an image and the host it would be loaded from."""
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
    """Restore what words replaced, where Markdown shows text literally."""
    parts: list[str] = []
    position = 0
    for match, placed in _words(text, env):
        parts += text[position : match.start()], placed.raw
        position = match.end()
    return "".join(parts) + text[position:]


def _words(text: str, env: _Env) -> Iterator[tuple[re.Match[str], _Placed]]:
    """Yield the placeholder words in a text, with their meanings.

    A character reference or escaped address can also form such a word; one with an unknown number
    is ignored.
    """
    placed: list[_Placed] = env["placed"]
    for match in re.finditer(rf"{env['word']}(\d{{1,6}})e", text, re.ASCII):
        if int(match[1]) < len(placed):
            yield match, placed[int(match[1])]
