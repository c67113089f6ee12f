"""Formulas: the math spans of the scanner, checked by a LaTeX parser."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

from shortscience.pipeline.scanner import Span


class Equation(NamedTuple):
    """One formula; `latex` is `raw` without its delimiters."""

    latex: str
    display: bool
    raw: str
    start: int
    end: int
    well_formed: bool


_LEFT_RIGHT = re.compile(r"\\(left|right)(?![a-zA-Z])")


def equations(text: str, spans: Iterable[Span]) -> Iterator[Equation]:
    """Yield the formulas among the spans of a text."""
    for span in spans:
        if span.kind in {"display", "inline"}:
            latex = text[span.inner_start : span.inner_end].strip()
            raw = text[span.start : span.end]
            display = span.kind == "display"
            yield Equation(latex, display, raw, span.start, span.end, well_formed(latex))


@lru_cache(maxsize=1 << 16)
def well_formed(latex: str) -> bool:
    r"""Whether a formula parses, and its `\left` and `\right` are balanced.

    pylatexenc checks braces, environments and the arguments of known macros but accepts an unclosed
    `\left(`. Formulas too plain to be malformed skip it.
    """
    depth = 0
    for match in _LEFT_RIGHT.finditer(latex):
        depth += 1 if match[1] == "left" else -1
        if depth < 0:
            return False
    return depth == 0 and (_is_plain(latex) or _parses(latex))


def _parses(latex: str) -> bool:
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    walker = LatexWalker(latex, latex_context=_macros_and_environments(), tolerant_parsing=False)
    try:
        walker.get_latex_nodes(parsing_state=walker.make_parsing_state(in_math_mode=True))
    except (LatexWalkerError, RecursionError):
        return False
    return True


@cache
def _macros_and_environments() -> Any:
    """Return what pylatexenc knows of LaTeX, which takes long to build."""
    from pylatexenc.latexwalker import get_default_latex_context_db

    return get_default_latex_context_db()


_PLAIN = re.compile(r"(?:[^\\{}$%&#~]|\\(?:[a-zA-Z]+|[,;:! {}|_])|[{}])*+")
_MACRO = re.compile(r"\\([a-zA-Z]+)(?:[ ]*([{a-zA-Z\d]))?|\\[{}]|([{}])(?=[ ]*(\{)?)")
_DEEP = 50
_ARGUMENTS = {"": 0, "{": 1, "[{": 1, "{{": 2}
"""The number of arguments, by pylatexenc's notation; those in brackets may be missing."""


def _is_plain(latex: str) -> bool:
    """Whether a formula holds only paired braces and macros with the right arguments.

    Macros here take one argument, a letter or digit or in braces, or two, both in braces. Most
    formulas pass, in a hundredth of the parser's time.
    """
    if not _PLAIN.fullmatch(latex):
        return False
    n_arguments = _numbers_of_arguments()
    awaits_second: list[bool] = []  # for each open brace
    for match in _MACRO.finditer(latex):
        macro, argument, brace, second = match.groups()
        wanted = n_arguments.get(macro or "", 0)
        if wanted is None or (wanted == 1 and not argument) or (wanted == 2 and argument != "{"):
            return False
        if "{" in (argument, brace):
            awaits_second.append(wanted == 2)
        if brace == "}" and (not awaits_second or (awaits_second.pop() and not second)):
            return False
        if len(awaits_second) > _DEEP:
            return False
    return not awaits_second


@cache
def _numbers_of_arguments() -> dict[str, int | None]:
    """Return the number of each macro that pylatexenc knows; None where it is not plain."""
    specs = _macros_and_environments().iter_macro_specs()
    found = {spec.macroname: getattr(spec.args_parser, "argspec", None) for spec in specs}
    numbers = {name: _ARGUMENTS.get(str(arguments)) for name, arguments in found.items()}
    return {**numbers, "begin": None, "end": None}
