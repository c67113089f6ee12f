"""The plain text of a summary: its words without markup, math, code and URLs."""

import re
from collections.abc import Iterable, Iterator, Sequence

from shortscience.pipeline.characters import ASCII_PUNCTUATION
from shortscience.pipeline.cleaning.emphasis import emphasis
from shortscience.pipeline.link_references import definitions, uses
from shortscience.pipeline.scanner import Span, scan

_LINE_MARKUP = re.compile(
    r"[ \t]*(?=[-#*+>\d])(?:(?:(?P<hashes>#{1,6})|[-*+]|\d{1,3}[.)]|>)[ \t]+|>(?![=\d]))+"
)
_CLOSING_HASHES = re.compile(r"(?<![ \t])[ \t]+#+[ \t]*\Z")
_RULE = re.compile(r"[ \t]*(?:[-*_=|:][ \t]*){3,}")
_LINE_BREAK = r"\n(?![ \t]*\n)"
_DESTINATION = r"\((?:[ \t]*\"[^\"\n]{0,400}\"[ \t]*|[^()\n]{0,200})\)"
_IMAGE = re.compile(rf"!\[(?:[^\]\n]|{_LINE_BREAK}){{0,1000}}\]{_DESTINATION}")
_LINK = re.compile(
    rf"\[((?:[^\[\]\n]|{_LINE_BREAK}|\[[^\[\]\n]{{0,400}}\]){{0,1000}})\]{_DESTINATION}"
)
_CITE = re.compile(r"\\cite\{[^{}\n]{0,400}\}")
# Other words in angle brackets are the author's own: `<UNK>`, `<start token>`.
_ELEMENTS = (
    "a|abbr|b|big|blockquote|br|center|code|del|details|div|em|figure|font|h[1-6]|hr|i|iframe|img|ins"
    "|kbd|li|mark|ol|p|pre|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?=[\s/>])[^<>\n]{{0,400}}>|<[ \t]*>", re.IGNORECASE)
_UNDERSCORES = re.compile(r"_(?<!\\_)(?:(?<!\w_)_{0,2}(?=\w)|(?<=[\w.,;:!?)]_)_{0,2}(?!\w))")
_ESCAPE = re.compile(rf"\\([{ASCII_PUNCTUATION}])")
_CELL_EDGE = re.compile(r"[ \t]*\|[ \t]*")
_STRUCK = re.compile("~~")
_TAB = re.compile(r"\t")
_BLANKS = re.compile(r"  +")
_BLANKS_IN_BRACKET = re.compile(r"\( +")
_EMPTY_BRACKETS = re.compile(r"\((?<!\S\()\)")  # but `fit()` is a word
# Applied in this order, each only if the text has what every match begins with or needs. Those that
# look back begin with an anchor, as `pipeline/anchors.py` explains.
_REMOVALS = (
    ("\t", _TAB, " "),
    ("  ", _BLANKS, " "),
    ("!", _IMAGE, ""),
    ("]", _LINK, r"\1"),
    ("\\", _CITE, ""),
    ("<", _TAG, ""),
)
_REMOVALS_WITHIN_LINES = (
    ("_", _UNDERSCORES, ""),
    ("~", _STRUCK, ""),
    ("\\", _ESCAPE, r"\1"),
    ("|", _CELL_EDGE, " "),
    ("( ", _BLANKS_IN_BRACKET, "("),
    ("()", _EMPTY_BRACKETS, ""),
    ("  ", _BLANKS, " "),
)
_SPACE_BEFORE = re.compile(r" ([,.;:!?)，。；：！？、）])")


def plain_text(markdown: str, spans: Iterable[Span] | None = None) -> str:
    """Return the prose of a Markdown text, one line per line that has any.

    Links keep their label; images, cite keys, code, math and addresses are removed. `spans` are the
    text's spans as `scan` returns them, if the caller has them.
    """
    known = scan(markdown) if spans is None else list(spans)
    removed = [(span.start, span.end) for span in known]
    if marks := [*emphasis(markdown, known), *_references(markdown, known)]:
        removed = sorted([*removed, *marks])
    parts: list[str] = []
    position = 0
    for start, end in removed:
        parts.append(markdown[position:start])
        position = max(position, end)
    parts.append(markdown[position:])
    text = _remove(_REMOVALS, "".join(parts))
    text = _remove(_REMOVALS_WITHIN_LINES, "\n".join(map(_unmarked, text.split("\n"))))
    text = _SPACE_BEFORE.sub(r"\1", text)
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _references(markdown: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of what is not shown of links by reference and their definitions."""
    defined = definitions(markdown, spans)
    for definition in defined:
        yield definition.start, definition.end
    for use in uses(markdown, spans, defined):
        if use.is_image:
            yield use.start, use.end
        else:
            yield use.start, use.start + 1
            yield use.start + 1 + len(use.label), use.end


def _remove(removals: Iterable[tuple[str, re.Pattern[str], str]], text: str) -> str:
    for sign, pattern, replacement in removals:
        if sign in text:
            text = pattern.sub(replacement, text)
    return text


def _unmarked(line: str) -> str:
    """Return a line without its leading marks; an empty string for a horizontal rule."""
    if _RULE.fullmatch(line):
        return ""
    markup = _LINE_MARKUP.match(line)
    if markup is None:
        return line
    text = line[markup.end() :]
    return _CLOSING_HASHES.sub("", text) if markup["hashes"] else text
