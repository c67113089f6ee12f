r"""Formulas as MathML, which browsers lay out without a script.

latex2mathml parses and converts. It neither escapes text nor refuses attributes that could act
(`\text{<b>}`, `\href`, `\style`), so its tree is not taken as it is: it is written out again from
an allowlist of MathML Core elements and attributes.
"""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

_ELEMENTS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover"
    " mmultiscripts mprescripts mtable mtr mtd mstyle mpadded mphantom menclose none".split()
)
_LENGTH = r"[+-]?\d{0,2}(?:\.\d{1,4})?(?:em|ex|px|pt|mu|cm|mm|in)"
_ATTRIBUTES = {
    name: re.compile(pattern)
    for names, pattern in (
        ("display", "block|inline"),
        (
            "accent accentunder displaystyle fence form largeop movablelimits separator stretchy"
            " symmetric",
            "true|false|prefix|infix|postfix",
        ),
        ("mathvariant", "[a-z-]{1,30}"),
        ("scriptlevel", r"[+-]?\d"),
        ("columnlines rowlines", "[a-z ]{1,80}"),
        (
            "width height depth lspace rspace voffset minsize maxsize linethickness columnspacing"
            " rowspacing",
            rf"{_LENGTH}(?: {_LENGTH}){{0,20}}",
        ),
        ("notation", "[a-z ]{1,60}"),
    )
    for name in names.split()
}
_DEFINITIONS = re.compile(r"\\(?:[egx]?def|let|(?:re)?newcommand|DeclareMathOperator)(?![a-zA-Z])")
_SYNONYMS = (
    (re.compile(r"\\arg(?![a-zA-Z])"), r"\\operatorname{arg}"),
    (re.compile(r"\\(?:nonumber|notag)(?![a-zA-Z])"), ""),
)
"""Commands that authors use and the converter does not know, with what shows the same."""
_LONGEST = 2_000
"""Code points: longer formulas are shown as source; conversion is not linear in all of them."""


@lru_cache(maxsize=1 << 14)
def to_mathml(latex: str, *, display: bool) -> str | None:
    r"""Return a formula as one `<math>` element, or None when it cannot be shown faithfully.

    That is so when it does not parse, holds a command that the converter does not know, is longer
    than 2,000 characters, or defines macros: a few of them expand to gigabytes.
    """
    if len(latex) > _LONGEST or _DEFINITIONS.search(latex):
        return None
    for command, synonym in _SYNONYMS:
        latex = command.sub(synonym, latex)
    try:
        # Its errors share no base class, and malformed input reaches many built-in ones, too.
        tree = Converter(display="block" if display else "inline").convert_to_element(latex)
        return "".join(_written(tree))
    except Exception:
        return None


class _UnknownCommandError(Exception):
    """A command went through unconverted."""


def _written(element: Element) -> Iterator[str]:
    """Write an element from the allowlist; of one that is not on it, only the content."""
    known = element.tag in _ELEMENTS
    if known:
        yield f"<{element.tag}{''.join(_attributes(element))}>"
    yield _text(element.text, element.tag)
    for child in element:
        yield from _written(child)
        yield _text(child.tail, "")
    if known:
        yield f"</{element.tag}>"


def _attributes(element: Element) -> Iterator[str]:
    for name, value in sorted(element.attrib.items()):
        if name == "columnalign" and value in {"left", "right"}:
            # MathML Core leaves the alignment of cells to styles.
            yield f' class="{value}"'
        allowed = _ATTRIBUTES.get(name)
        if allowed and allowed.fullmatch(value):
            yield f' {name}="{value}"'


def _text(text: str | None, tag: str) -> str:
    """Escape text, in which the converter writes symbols as character references."""
    plain = html.unescape(text or "")
    if tag != "mtext" and plain.startswith("\\") and len(plain) > 1:
        raise _UnknownCommandError(plain)
    return html.escape(plain)
