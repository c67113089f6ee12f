"""Converting LaTeX, HTML, JATS and MathML in bibliography fields to plain text."""

import logging
import re
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from html.entities import html5

from pylatexenc.latex2text import LatexNodes2Text

_SIGNS = re.compile(r"[\\{$~]")
_LATEX = LatexNodes2Text(math_mode="text", keep_comments=True)
# Groups that begin with a command, `{\"{o}}`, and escaped signs, `\&`.
_SPECIAL = re.compile(r"\{\\(?:[^{}$]|\{[^{}$]{0,200}\}){0,200}\}|\\[&#%_]")
_GROUPS = str.maketrans({"{": None, "}": None, "~": " "})
_SYMBOLS = {
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textunderscore": r"\_",
    "textasciitilde": r"\~{}",
    "textasciicircum": r"\^{}",
    **dict.fromkeys("em it bf sc tt rm sf sl normalfont small large protect newblock".split(), ""),
}
# Cross-references carry no text, nor does an empty base of a superscript.
_UNSAID = re.compile(
    r"\\(?:cite[a-z]*|[a-zA-Z]?ref|label|includegraphics)\*?\{[^{}]{0,400}\}|\{\}[\^_]"
)
# A line break before a word, which is no command.
_BREAK = re.compile(r"(?<!\\)(?:\\\\)+\*?(?:\[[^\]]{0,20}\])?(?=[a-zA-Z])")
_NUMBERED = re.compile(r"\\unicode\{(\d{1,7})\}")
# Commands that show their last argument: those with one argument, and those with two.
_SHOWN = re.compile(
    r"\\(?:(?:text(?:tt|sf|up|md|bf|it|sl|sc|rm|normal|superscript|subscript)?|math(?:rm|bf|it|sf|tt)"
    r"|operatorname|emph|[mhf]box|ensuremath|underline|uline|sout|url|path|nolinkurl|enquote|acs?"
    r"|chapter|section|subsection|paragraph|title|uppercase|lowercase|MakeUppercase|MakeLowercase|lowercasetitle|nocase|bibstring)\*?"
    r"|(?:href|textcolor|colorbox|raisebox|resizebox)\s*\{(?:[^{}]|\{[^{}]{0,400}\}){0,800}\})\s*(?=\{)"
)
_COMMAND = re.compile(r"\\([a-zA-Z]{2,40})\*?(?:\s*\{\s*\}|(?=(?P<argument>\s*\{)?))")
_REFERENCE = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});")
_BLOCKS = "p|br|div|title|sec|list|list-item|ul|ol|li|h[1-6]|table|tr|td|blockquote|abstract"
_INLINE = (
    "i|b|em|strong|sub|sup|span|a|tt|u|s|small|big|code|pre|font|center|sc|scp|inf|roman|italic|bold"
    "|monospace|underline|overline|inline-formula|disp-formula|alternatives|tex-math|named-content"
    "|ext-link|xref|styled-content|math|m(?:i|o|n|row|sub|sup|subsup|frac|sqrt|root|text|over|under"
    "|underover|style|space|table|tr|td|stretchy|fenced|padded|phantom|multiscripts|prescripts)"
    "|semantics|annotation(?:-xml)?|none"
)
_TAG = re.compile(
    rf"</?(?:jats:[\w-]+|mml:[\w-]+|(?P<block>{_BLOCKS})|{_INLINE})(?:\s[^<>]{{0,400}})?/?>",
    re.IGNORECASE,
)
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)


def plain(text: str) -> str:
    r"""Turn LaTeX and markup into one line of text: `{\"{o}}` into ö, `{AAAI}` into AAAI."""
    return unmarked(_with_ligatures(_from_latex(text) if _SIGNS.search(text) else text))


def _with_ligatures(text: str) -> str:
    """Turn the quotation marks and dashes of TeX into characters, but not in an identifier."""
    if "``" in text:
        text = text.replace("``", "“").replace("''", "”")
    if "--" in text and " " in text:
        text = text.replace("---", "—").replace("--", "–")
    return text


def unmarked(text: str) -> str:
    """Remove tags and resolve character references, on one line."""
    if "&" in text:
        # A few references are escaped twice.
        text = _REFERENCE.sub(_character, _REFERENCE.sub(_character, text))
    if "<" in text:
        text = _TAG.sub(lambda tag: " " if tag["block"] or ":p" in tag[0] else "", text)
    return " ".join(text.split())


def plain_names(people: Iterable[str]) -> tuple[str, ...]:
    """Turn the names of authors into plain text, dropping empty ones."""
    return tuple(name for name in map(plain, people) if name)


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    if name[0] != "#":
        return html5.get(f"{name};", reference[0])
    return _numbered(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))


def _numbered(code: int) -> str:
    """Return the character with a code; a space for characters that no text may hold."""
    return chr(code) if 31 < code < 0xD800 or 0xDFFF < code <= sys.maxunicode else " "


def _from_latex(text: str) -> str:
    # A few hundred commands cover the letters of a bibliography, so each is parsed once.
    simple = _SPECIAL.sub(lambda found: _latex_to_text(found[0]), text) if "\\" in text else text
    if "\\" in simple or "$" in simple:
        shown = _latex_to_text(text)
        # DBLP escapes the LaTeX that it does not understand.
        return _latex_to_text(shown) if "\\textbackslash" in text else shown
    return simple.translate(_GROUPS)


@lru_cache(maxsize=1 << 14)
def _latex_to_text(text: str) -> str:
    """Turn LaTeX into text; if that fails, keep its letters."""
    text = _BREAK.sub(" ", text)
    text = _NUMBERED.sub(lambda number: _numbered(int(number[1])), text)
    shown = _SHOWN.sub("", _UNSAID.sub("", text))
    named = _COMMAND.sub(_known_or_name, shown)
    # Per cent signs in titles are no comments and ampersands part no columns, escaped or not.
    escaped = re.sub(r"(?<!\\)[%&]", r"\\\g<0>", named)
    try:
        return str(_LATEX.latex_to_text(escaped, tolerant_parsing=True))
    except Exception:
        return escaped.replace("\\", "").replace("$", "")


def _known_or_name(command: re.Match[str]) -> str:
    r"""Keep a known command; replace others by their argument, else by their name, as `\TeX`."""
    name = command[1]
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    if name in _known_commands():
        return command[0]
    return "" if command["argument"] else name


@cache
def _known_commands() -> frozenset[str]:
    from pylatexenc.latex2text import get_default_latex_context_db

    return frozenset(spec.macroname for spec in get_default_latex_context_db().iter_macro_specs())
