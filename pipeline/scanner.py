r"""One scanner that marks what is not prose in a summary: code, math and URLs.

Every later step builds on these spans: repair leaves them alone, language detection sets them
aside, equations, images, links and citations are read from them. It works alike on text with its
original line breaks and on text that a dump has flattened onto one line.

Rules, in the order in which they win where a text could be read in two ways:

- a backslash before punctuation escapes it (CommonMark 2.4), unless it opens math;
- a run of backticks opens code that the next run of equal length closes (CommonMark 6.1); a run
  of three or more does so across lines, and a shorter one before a word and after white space
  opens a quotation in the manner of LaTeX (``so''), and closes nothing;
- `$$ … $$`, `\[ … \]` and `\begin{…} … \end{…}` are displayed math;
- `\( … \)` and `$ … $` are inline math, the latter by Pandoc's rule (extension
  tex_math_dollars): no white space inside the opening or before the closing dollar, and no digit
  after the closing one, so that `$5 and $10` is money. White space inside is let pass where the
  content is one letter or has what only formulas have, as in `$ x_1 $`: the site's MathJax
  renders that, and many wrote it;
- the destination of a Markdown link or image, `<scheme:…>` and bare addresses are URLs.

What is opened and not closed within its limit is prose. Every alternative is bounded, so the cost
of a text grows linearly with its length.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

Kind = Literal["code", "display", "inline", "url"]

MATH_ENVIRONMENTS = (
    "align",
    "alignat",
    "aligned",
    "array",
    "bmatrix",
    "cases",
    "displaymath",
    "eqnarray",
    "equation",
    "gather",
    "math",
    "matrix",
    "multline",
    "pmatrix",
    "split",
    "vmatrix",
)


class Span(NamedTuple):
    """A marked piece of text: `text[start:end]`, whose content is `text[inner_start:inner_end]`."""

    kind: Kind
    start: int
    end: int
    inner_start: int
    inner_end: int


_ENVIRONMENT = rf"(?:{'|'.join(MATH_ENVIRONMENTS)})\*?"
# `\[` and `\(` are also how Markdown escapes brackets: they open math only around something that a
# formula has and a citation mark or an aside has not.
_FORMULA_AHEAD = r"(?=[^\]]{0,400}?(?:[=^_<>+|]|\\[a-zA-Z]))"
_DOLLAR_CONTENT = r"(?:\\[\s\S]|[^$\\\n]|\n(?![ \t]*\n)){1,1000}?"
_LOOSE_FORMULA_AHEAD = r"(?=[^$]{0,400}?(?:[=^_]|\\[a-zA-Z])|\s{0,3}[a-zA-Z]\s{0,3}\$)"
_SCANNER = re.compile(
    rf"""
      (?P<code>(?<!`)(?P<ticks>`+)(?!`)(?P<code_inner>
          (?:[^\n]|\n(?![ \t]*\n)){{1,1000}}?|(?<=```)[\s\S]{{1,40000}}?)
            (?<!`)(?!(?<=\s)`{{1,2}}\w)(?P=ticks)(?!`))
    | (?P<display>
          \$\$(?P<dollars_inner>(?:\\[\s\S]|[^$\\]|\$(?!\$)){{1,4000}}?)\$\$
        | \\\[{_FORMULA_AHEAD}(?P<bracket_inner>(?:[^\\]|\\[^\[\]]){{1,4000}}+)\\\]
        | \\begin\{{(?P<environment>{_ENVIRONMENT})\}}[\s\S]{{0,4000}}?\\end\{{(?P=environment)\}})
    | (?P<inline>
          \$(?![\s$])(?P<dollar_inner>{_DOLLAR_CONTENT})(?<!\s)\$(?!\d)
        | (?<![\d$])\$(?![\d$]){_LOOSE_FORMULA_AHEAD}(?P<loose_inner>{_DOLLAR_CONTENT})
            (?:(?<!\s)\$(?!\d)|(?<=\s)\$(?![\w$\\]))
        | \\\((?P<paren_inner>(?:[^\\\n]|\\[^()\n]){{1,1000}}+)\\\))
    | (?P<destination>(?<=\]\()[ \t]*(?P<destination_inner>
          <[^<>\n]{{1,2000}}>|(?:[^\s()<>]|\((?:[^\s()<>]|\([^\s()<>]{{0,400}}\)){{0,400}}\)){{1,2000}})
          (?=[ \t]*(?:"[^"\n]{{0,400}}"|'[^'\n]{{0,400}}')?[ \t]*\)))
    | (?P<autolink><(?P<autolink_inner>(?:https?|ftp|mailto):[^<>\s]{{1,2000}})>)
    | (?P<bare>(?:https?://(?=[\w\[])
          |(?<![a-zA-Z0-9_@])(?:ftp://(?=[\w\[])|www\.(?=[\w-]+\.)))[^\s<>"`“”‘’]{{2,2000}})
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    """,
    re.VERBOSE,
)
_INLINE_GROUPS = ("dollar_inner", "loose_inner", "paren_inner")
# Where a span may begin, each by what begins with one rare character: the engine finds that many
# times faster than any of several, or than it tries the whole scanner at every position.
_OPENINGS = [
    re.compile(opening)
    for opening in (
        *("`", r"\$", r"\\", "<", r"\]\(", r"www\."),
        "://(?:(?<=http://)|(?<=https://)|(?<=ftp://))",
    )
]
_SCHEMES = ("https", "http", "ftp")
_TRAILING_PUNCTUATION = ".,;:!?'\"*_~|\\"
_CLOSING = {")": "(", "]": "[", "}": "{"}


def scan(text: str) -> list[Span]:
    """Return the code, math and URL spans of a text, in order and never overlapping."""
    openings = [opening for pattern in _OPENINGS for opening in pattern.finditer(text)]
    openings.sort(key=re.Match.start)
    spans: list[Span] = []
    position = 0
    for opening in openings:
        start = _start(text, opening)
        match = _SCANNER.match(text, start) if start >= position else None
        if match is not None:
            span = _span(text, match)
            position = match.end() if span is None else span.end
            if span is not None:
                spans.append(span)
    return spans


def _start(text: str, opening: re.Match[str]) -> int:
    """Return where the span begins that a match of `_OPENINGS` announces."""
    if opening[0] == "](":
        return opening.end()
    if opening[0] == "://":
        scheme = next(name for name in _SCHEMES if text.endswith(name, 0, opening.start()))
        return opening.start() - len(scheme)
    return opening.start()


def _span(text: str, match: re.Match[str]) -> Span | None:
    group = match.lastgroup
    start, end = match.span()
    if group == "code":
        return Span("code", start, end, *match.span("code_inner"))
    if group == "display":
        inner = match["dollars_inner"] is not None and "dollars_inner"
        inner = inner or (match["bracket_inner"] is not None and "bracket_inner")
        return Span("display", start, end, *(match.span(inner) if inner else (start, end)))
    if group == "inline":
        inner = next(name for name in _INLINE_GROUPS if match[name] is not None)
        return Span("inline", start, end, *match.span(inner))
    if group == "destination":
        start, end = match.span("destination_inner")
        angled = text[start] == "<"
        return Span("url", start, end, start + angled, end - angled)
    if group == "autolink":
        return Span("url", start, end, start + 1, end - 1)
    if group == "bare":
        end = start + len(trim_url(match["bare"]))
        return Span("url", start, end, start, end)
    return None


def trim_url(url: str) -> str:
    """Cut from a bare address what belongs to the sentence around it.

    Trailing punctuation goes, and a closing bracket that nothing opened (GFM 6.9, extended
    autolinks); the end of a label, in front of the address that it labels, goes with all behind.
    """
    url = url.partition("](")[0]
    while url:
        last = url[-1]
        opening = _CLOSING.get(last)
        if last in _TRAILING_PUNCTUATION or (opening and url.count(last) > url.count(opening)):
            url = url[:-1]
        else:
            break
    return url


def outside(spans: Iterable[Span], length: int) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of what lies between spans, in order, empty pieces left out."""
    position = 0
    for span in spans:
        if span.start > position:
            yield position, span.start
        position = span.end
    if position < length:
        yield position, length


class Covered:
    """Tells whether a position lies inside one of some spans, in logarithmic time."""

    def __init__(self, spans: Iterable[Span]) -> None:
        pairs = [(span.start, span.end) for span in spans]
        self._starts = [start for start, _ in pairs]
        self._ends = [end for _, end in pairs]

    def __contains__(self, position: int) -> bool:
        """Whether `position` lies inside a span."""
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]
