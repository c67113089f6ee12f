"""The templates: every value in a page is escaped, except HTML rendered by this package.

Pages allow scripts, styles and the font from their own folder, and no other image, frame or
request.
"""

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shortscience.pipeline.report.markdown import (
    formula_html,
    paper_address,
    to_html,
    to_inline_html,
    web_address,
)

ASSETS = Path(__file__).parent / "assets"
_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": lambda value: f"{value:,}",
        "percent": lambda value: f"{value:.0%}",
        # Rendered from an allowlist of elements and attributes.
        "markdown": lambda text, links: Markup(to_html(text, links)),  # noqa: S704
        "sentence": lambda text, mention: Markup(to_inline_html(text, mention)),  # noqa: S704
        "code": _with_code,
        "formula": _formula,
        "paper_address": paper_address,
        "web_address": web_address,
        "shell": shlex.quote,
        "line_ends": lambda text: text.replace("\n", "↵\n"),
    }
    return environment


def _formula(row: dict[str, Any]) -> Markup:
    return Markup(formula_html(row["latex"], row["raw"], display=row["display"]))  # noqa: S704


def _with_code(text: str) -> Markup:
    """Return this project's text as HTML, with back quotes as code."""
    return Markup(re.sub("`([^`]*)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704


def shortened(text: str, longest: int) -> str:
    """Cut a text that is longer, and say how many characters are left out."""
    rest = len(text) - longest
    return text if rest <= 0 else f"{text[:longest]} … ({rest:,} more characters)"


def render(template: str, **values: object) -> str:
    """Fill a template of this package; UndefinedError if it uses a value that is not given."""
    return _environment().get_template(template).render(values) + "\n"
