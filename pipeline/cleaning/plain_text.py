"""A summary as words: without markup, math, code and URLs."""

import re

from pipeline.scanner import scan

_LINE_MARKUP = re.compile(r"^[ \t]*(?:(?:#{1,6}|[-*+]|\d{1,3}[.)]|>)[ \t]+)+", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_=|:][ \t]*){3,}$", re.MULTILINE)
_LINE_BREAK = r"\n(?![ \t]*\n)"
_DESTINATION = r"\((?:[ \t]*\"[^\"\n]{0,400}\"[ \t]*|[^()\n]{0,200})\)"
_IMAGE = re.compile(rf"!\[(?:[^\]\n]|{_LINE_BREAK}){{0,1000}}\]{_DESTINATION}")
_LINK = re.compile(
    rf"\[((?:[^\[\]\n]|{_LINE_BREAK}|\[[^\[\]\n]{{0,400}}\]){{0,1000}})\]{_DESTINATION}"
)
_CITE = re.compile(r"\\cite\{[^{}\n]{0,400}\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,400}>|<[ \t]*>")
_EMPHASIS = re.compile(
    r"\*(?<!\\\*)\*{0,2}|~~|_(?<!\w_)_{0,2}(?=\w)|_(?<=[\w.,;:!?)]_)_{0,2}(?!\w)"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_CELL_EDGE = re.compile(r"[ \t]*\|[ \t]*")
_TAB = re.compile(r"\t")
_BLANKS = re.compile(r"  +")
_SPACE_BEFORE = re.compile(r" +(?=[,.;:!?)])")
# In this order; a pattern is only tried where the text holds what it cannot do without.
_REMOVALS = (
    ("\t", _TAB, " "),
    ("  ", _BLANKS, " "),
    ("![", _IMAGE, ""),
    ("](", _LINK, r"\1"),
    ("\\cite", _CITE, ""),
    ("<", _TAG, ""),
    ("", _RULE, ""),
    ("", _LINE_MARKUP, ""),
    ("", _EMPHASIS, ""),
    ("\\", _ESCAPE, r"\1"),
    ("|", _CELL_EDGE, " "),
    ("  ", _BLANKS, " "),
    ("", _SPACE_BEFORE, ""),
)


def plain_text(markdown: str) -> str:
    """Return the prose of a Markdown text, one line per line that has any.

    Links keep their label; images, cite keys, code, math and addresses leave nothing.
    """
    parts: list[str] = []
    position = 0
    for span in scan(markdown):
        parts.append(markdown[position : span.start])
        position = span.end
    parts.append(markdown[position:])
    text = "".join(parts)
    for needle, pattern, replacement in _REMOVALS:
        if needle in text:
            text = pattern.sub(replacement, text)
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
