"""Formulas: the math spans of the scanner, checked by a LaTeX parser."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from pipeline.scanner import Span


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

    pylatexenc checks braces, environments and the arguments of the macros it knows, and lets an
    unclosed `\left(` pass.
    """
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    depth = 0
    for match in _LEFT_RIGHT.finditer(latex):
        depth += 1 if match[1] == "left" else -1
        if depth < 0:
            return False
    if depth:
        return False
    try:
        LatexWalker(latex, tolerant_parsing=False).get_latex_nodes(
            parsing_state=LatexWalker(latex).make_parsing_state(in_math_mode=True)
        )
    except (LatexWalkerError, RecursionError):
        return False
    return True
