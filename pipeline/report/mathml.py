r"""Formulas as MathML, which browsers lay out without a script.

latex2mathml parses and converts, but neither escapes text nor refuses active attributes
(`\text{<b>}`, `\href`, `\style`). So its tree is rewritten from an allowlist of MathML Core
elements and attributes.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
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
        ("mathvariant", "normal"),
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
"""Commands that the converter does not know, with equivalent ones."""
_STYLES = re.compile(
    r"(?<![a-z])(?:bold|italic|script|fraktur|double-struck|sans-serif|monospace)(?![a-z])"
)
_LONGEST = 2_000
"""Code points; longer formulas are shown as source, as conversion is not always linear."""


@lru_cache(maxsize=1 << 14)
def to_mathml(latex: str, *, display: bool) -> str | None:
    r"""Return a formula as one `<math>` element, or None if it cannot be shown faithfully.

    That is the case if it does not parse, has an unknown command, exceeds 2,000 characters, or
    defines macros, a few of which can expand to gigabytes.
    """
    if len(latex) > _LONGEST or _DEFINITIONS.search(latex):
        return None
    for command, synonym in _SYNONYMS:
        latex = command.sub(synonym, latex)
    try:
        # Its errors share no base class, and malformed input also raises many built-in ones.
        tree = Converter(display="block" if display else "inline").convert_to_element(latex)
        return "".join(_serialised(tree))
    except Exception:
        return None


class _UnknownCommandError(Exception):
    """The converter passed a command through."""


def _serialised(element: Element) -> Iterator[str]:
    """Write an allowed element; of any other, only the content."""
    known = element.tag in _ELEMENTS
    if known:
        yield f"<{element.tag}{''.join(_attributes(element))}>"
    yield _text(element.text, element.tag, element.get("mathvariant", ""))
    for child in element:
        yield from _serialised(child)
        yield _text(child.tail, "")
    if known:
        yield f"</{element.tag}>"


def _attributes(element: Element) -> Iterator[str]:
    for name, value in sorted(element.attrib.items()):
        if name == "columnalign" and value in {"left", "right"}:
            # In MathML Core, only styles align cells.
            yield f' class="{value}"'
        allowed = _ATTRIBUTES.get(name)
        if allowed and allowed.fullmatch(value):
            yield f' {name}="{value}"'


def _text(text: str | None, tag: str, variant: str = "") -> str:
    """Escape text in which the converter wrote symbols as character references."""
    plain = html.unescape(text or "")
    if tag != "mtext" and plain.startswith("\\") and len(plain) > 1:
        raise _UnknownCommandError(plain)
    return html.escape(plain.translate(_letters(variant)))


@cache
def _letters(variant: str) -> dict[int, str]:
    """Return the letters of a `mathvariant`, such as a bold x; MathML Core has only `normal`.

    They have code points of their own, and their names begin with their style.
    """
    style = _style(variant)
    # The older block fills the gaps of the other one.
    styled = map(chr, (*range(0x2100, 0x2150), *range(0x1D400, 0x1D800)))
    return {
        int(plain.removeprefix("<font> "), 16): letter
        for letter in styled
        if style and style == _style(unicodedata.name(letter, ""))
        if (plain := unicodedata.decomposition(letter)).startswith("<font> ")
    }


def _style(name: str) -> set[str]:
    return set(_STYLES.findall(name.lower().replace("black-letter", "fraktur")))
