r"""The scanner, which marks what is not prose in a summary: code, math and URLs.

Every later step builds on these spans: repair and language detection skip them; equations, images,
links and citations are read from them. Text may have its original line breaks or be flattened onto
one line.

Rules, in order of precedence:

- a backslash before punctuation escapes it (CommonMark 2.4), unless it opens math;
- a run of backticks opens code that the next run of equal length closes (CommonMark 6.1); a run
  of three or more does so across lines, and a shorter one before a word and after white space
  opens a LaTeX quotation (``so''), and closes nothing;
- `$$ … $$`, `\[ … \]` and `\begin{…} … \end{…}` are displayed math;
- `\( … \)` and `$ … $` are inline math, the latter by Pandoc's rule (extension
  tex_math_dollars): no white space inside the opening or before the closing dollar, and no digit
  after the closing one, so that `$5 and $10` is money. White space inside is allowed if the content
  is one letter or has something only formulas have, as in `$ x_1 $`: the site's MathJax renders
  that, and many authors wrote it;
- the destination of a Markdown link or image, `<scheme:…>` and bare addresses are URLs.

A span not closed within its limit is prose. Every alternative is bounded, so the cost is linear in
the length of the text.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal, NamedTuple, Protocol

from shortscience.pipeline.anchors import places
from shortscience.pipeline.characters import ASCII_PUNCTUATION, INVISIBLE, QUOTES, WIDE_PUNCTUATION

Kind = Literal["code", "display", "inline", "url"]

_ENVIRONMENTS = """
    align alignat aligned alignedat array Bmatrix bmatrix cases CD darray dcases displaymath
    eqnarray equation flalign gather gathered math matrix multline multlined numcases pmatrix
    rcases smallmatrix split subarray subequations Vmatrix vmatrix xalignat xxalignat
"""
"""Environments of LaTeX, amsmath and mathtools that hold formulas."""


class Span(NamedTuple):
    """A marked piece of text: `text[start:end]`, whose content is `text[inner_start:inner_end]`."""

    kind: Kind
    start: int
    end: int
    inner_start: int
    inner_end: int


_ENVIRONMENT = rf"(?:[bBpvV]?small)?(?:{'|'.join(_ENVIRONMENTS.split())})\*?"
# Markdown also escapes brackets as `\[` and `\(`, so these open math only around something that
# occurs in formulas and not in citation marks or asides.
_FORMULA_AHEAD = r"(?=[^\]]{0,400}?(?:[=^_<>+|]|\\[a-zA-Z]))"
_DOLLAR_CONTENT = r"(?:\\[\s\S]|[^$\\\n]|\n(?![ \t]*\n)){1,1000}?"
# A digit after the closing dollar rules out math only if the content looks like money.
_NO_MONEY_AHEAD = r"(?=[^$]{0,400}?\\[a-zA-Z]|[^$\d][^$]{0,400}?[=^_]|[a-zA-Z]\$)"
_LOOSE_FORMULA_AHEAD = r"(?=[^$]{0,400}?(?:[=^_]|\\[a-zA-Z])|\s{0,3}[a-zA-Z]\s{0,3}\$)"
# DOIs may hold angle brackets, as in `4:2<387::AID-CNCR2820040229>3.0.CO;2-Y`.
_OF_SICI = r"<(?:\d|\w{1,8}::?(?!//))[^\s<>]{1,80}>(?=[\w.])"
# A bar ends the cell of a table.
_OF_ADDRESS = rf"[^\s<>|{QUOTES}{INVISIBLE}{WIDE_PUNCTUATION}]"
_SCANNER = re.compile(
    rf"""
      (?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<code_inner>
          (?:[^\n]|\n(?![ \t]*\n)){{1,1000}}?|(?<=```)[\s\S]{{1,40000}}?)
            (?<!`)(?!(?<=\s)`{{1,2}}\w)(?P=ticks)(?!`))
    | (?P<display>
          \$\$(?P<dollars_inner>(?:\\[\s\S]|[^$\\]|\$(?!\$)){{1,4000}}?)\$\$
        | \\\[{_FORMULA_AHEAD}(?P<bracket_inner>(?:[^\\]|\\[^\[\]]){{1,4000}}+)\\\]
        | \\\\\[{_FORMULA_AHEAD}(?P<doubled_bracket_inner>(?:[^\\]|\\(?!\\[\[\]])){{1,4000}}+)\\\\\]
        | \\begin\{{(?P<environment>{_ENVIRONMENT})\}}[\s\S]{{0,4000}}?\\end\{{(?P=environment)\}})
    | (?P<inline>
          \$(?![\s$])(?P<dollar_inner>{_DOLLAR_CONTENT})(?<!\s)\$(?!\d)
        | \$(?![\s$]){_NO_MONEY_AHEAD}(?P<counted_inner>{_DOLLAR_CONTENT})(?<!\s)\$(?=\d)
        | (?<![\d$])\$(?![\d$]){_LOOSE_FORMULA_AHEAD}(?P<loose_inner>{_DOLLAR_CONTENT})
            (?:(?<!\s)\$(?!\d)|(?<=\s)\$(?![\w$\\]))
        | \\\((?P<paren_inner>(?:[^\\\n]|\\[^()\n]){{1,1000}}+)\\\)
        | \\\\\((?P<doubled_paren_inner>(?:[^\\\n]|\\(?!\\[()])[^\n]){{1,1000}}+)\\\\\))
    | (?P<destination>(?<=\]\()[ \t]*(?P<destination_inner>
          <[^<>\n]{{1,2000}}>|data:[^\s()<>]++|(?:[^\s()<>]|{_OF_SICI}|\((?:[^\s()<>]|\([^\s()<>]{{0,400}}\)){{0,400}}\)){{1,2000}})
          (?=[ \t]*(?:"[^"\n]{{0,400}}"|'[^'\n]{{0,400}}')?[ \t]*\)))
    | (?P<autolink><(?P<autolink_inner>(?:https?|ftp|mailto):[^<>\s]{{1,2000}})>)
    | (?P<bare>(?:https?://(?=[\w\[])
          |(?<![a-zA-Z0-9_@])(?:ftp://(?=[\w\[])|www\.(?=[\w-]+\.)))
          {_OF_ADDRESS}{{2,2000}}(?:{_OF_SICI}{_OF_ADDRESS}{{0,200}})?)
    | (?P<data>data:image/[\w.+-]{{1,40}};base64,[a-zA-Z0-9+/=%]++)
    | (?P<escape>\\[{ASCII_PUNCTUATION}])
    """,
    re.VERBOSE,
)
_FORMULAS = (
    *("dollar_inner", "counted_inner", "loose_inner", "paren_inner", "doubled_paren_inner"),
    *("dollars_inner", "bracket_inner", "doubled_bracket_inner"),
)
"""Groups with the content of a formula; an environment is its own content."""
_FIRST = (*"`$\\<", "www.", "data:image/")
"""What a span may begin with, besides a scheme; a destination stands behind `](`."""
_LINKED = "]("
_SCHEMES = ("https", "http", "ftp")
_TRAILING_PUNCTUATION = ".,;:!?'\"*_~\\"
_CLOSING = {")": "(", "]": "[", "}": "{"}
# Mojibake of non-ASCII punctuation and spaces: UTF-8 read as windows-1252 or latin-1.
_MOJIBAKE = re.compile("â(?:€|\x80)|Â(?:[\x80-\xbf]|$)|ã(?:€|\x80)|ï(?:¼|½|»¿)")
_INVISIBLE_START = re.compile(rf"^[{INVISIBLE}]+")
_INVISIBLE_END = re.compile(rf"(?<![{INVISIBLE}])[{INVISIBLE}]+$")
_NESTING = re.compile(r"\\[\s\S]|[{}$]|\n[ \t]{0,40}\n")
_LONGEST_NESTED = 1000
_MOST_NESTED = 200
"""Braces and dollars searched for the end of a formula."""


def scan(text: str) -> list[Span]:
    """Return the code, math and URL spans of a text, in order and never overlapping."""
    spans: list[Span] = []
    position = 0
    for start in _starts(text):
        if start < position:
            continue
        span = _nested(text, start) if text[start : start + 1] == "$" else None
        if span is None and (match := _SCANNER.match(text, start)):
            span = _span(text, match)
            position = match.end()
        if span is not None:
            spans.append(span)
            position = span.end
    return spans


def _starts(text: str) -> list[int]:
    """Return where a span may begin, in order."""
    starts = [place for character in _FIRST for place in places(text, character)]
    starts += (place + len(_LINKED) for place in places(text, _LINKED))
    for place in places(text, "://"):
        starts += (place - len(name) for name in _SCHEMES if text.endswith(name, 0, place))
    starts.sort()
    return starts


def _span(text: str, match: re.Match[str]) -> Span | None:
    group = match.lastgroup
    start, end = match.span()
    if group == "code":
        return Span("code", start, end, *match.span("code_inner"))
    if group in {"display", "inline"}:
        return _formula(match)
    if group == "destination":
        return _destination(text, *match.span("destination_inner"))
    if group == "autolink":
        return Span("url", start, end, start + 1, end - 1)
    if group == "bare":
        end = start + len(trim_url(match["bare"]))
    return Span("url", start, end, start, end) if group in {"bare", "data"} else None


def _formula(match: re.Match[str]) -> Span:
    kind: Kind = "display" if match.lastgroup == "display" else "inline"
    start, end = match.span()
    for name in _FORMULAS:
        inner_start, inner_end = match.span(name)
        if inner_start >= 0:
            return Span(kind, start, end, inner_start, inner_end)
    return Span(kind, start, end, start, end)


def _nested(text: str, start: int) -> Span | None:
    r"""Return the formula that starts at a dollar and nests others in braces: `$\text{if $x$}$`."""
    closing = text.find("$", start + 2, start + _LONGEST_NESTED)
    if closing < 0 or text.count("{", start, closing) <= text.count("}", start, closing):
        return None
    delimiter = "$$" if text.startswith("$$", start) else "$"
    inner_start = start + len(delimiter)
    inner_end = _balanced_end(text, inner_start, delimiter)
    if inner_end is None:
        return None
    if delimiter == "$" and (text[inner_start].isspace() or text[inner_end - 1].isspace()):
        return None
    kind: Kind = "display" if delimiter == "$$" else "inline"
    return Span(kind, start, inner_end + len(delimiter), inner_start, inner_end)


def _balanced_end(text: str, start: int, delimiter: str) -> int | None:
    """Return the position of a delimiter outside braces; None if too far away."""
    depth = 0
    tokens = _NESTING.finditer(text, start, start + _LONGEST_NESTED)
    for token in islice(tokens, _MOST_NESTED):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
        elif token[0][0] == "\n":
            return None
        elif depth <= 0 and text.startswith(delimiter, token.start()) and token[0] == "$":
            return token.start()
    return None


def _destination(text: str, start: int, end: int) -> Span:
    inner_start, inner_end = (start + 1, end - 1) if text[start] == "<" else (start, end)
    address = text[inner_start:inner_end]
    if not address.isascii():
        inner_start += len(address) - len(_INVISIBLE_START.sub("", address))
        inner_end -= len(address) - len(_INVISIBLE_END.sub("", address))
    return Span("url", start, end, inner_start, max(inner_start, inner_end))


def trim_url(url: str) -> str:
    """Cut from a bare address what belongs to the surrounding sentence.

    Removed are trailing punctuation, a closing bracket without an opening one (GFM 6.9, extended
    autolinks), the end of a label before the address that it labels, or of the argument of a LaTeX
    command before the next, with everything after it, and mojibake of characters that would end the
    address.
    """
    url = url.partition("](")[0].partition("}{")[0]
    if not url.isascii():
        url = _MOJIBAKE.split(url, maxsplit=1)[0]
    while url:
        last = url[-1]
        opening = _CLOSING.get(last)
        if _is_trailing(last) or (opening and url.count(last) > url.count(opening)):
            url = url[:-1]
        else:
            break
    return url


def _is_trailing(character: str) -> bool:
    """Whether a character, in any script, ends a sentence rather than an address."""
    if character.isascii():
        return character in _TRAILING_PUNCTUATION
    return unicodedata.category(character)[0] in "PCZ"


def outside(spans: Iterable[Span], length: int) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of the non-empty gaps between spans, in order."""
    position = 0
    for span in spans:
        if span.start > position:
            yield position, span.start
        position = span.end
    if position < length:
        yield position, length


class Extent(Protocol):
    """Whatever lies between two positions of a text."""

    @property
    def start(self) -> int:
        """The first position."""
        ...

    @property
    def end(self) -> int:
        """The position behind the last."""
        ...


class Covered:
    """Tests in logarithmic time whether a position lies inside one of some extents, in order."""

    def __init__(self, extents: Iterable[Extent]) -> None:
        pairs = [(extent.start, extent.end) for extent in extents]
        self._starts = [start for start, _ in pairs]
        self._ends = [end for _, end in pairs]

    def __contains__(self, position: int) -> bool:
        """Whether `position` lies inside an extent."""
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]
