"""The templates: every value that goes into a page is escaped, but for what this package rendered.

A page allows scripts and styles of its own folder and nothing else: no image, font, frame or
request to anywhere.
"""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shortscience.pipeline.report.markdown import formula_html, image_html, to_html, web_address

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": lambda value: f"{value:,}",
        "percent": lambda value: f"{value:.0%}",
        "markdown": lambda text: Markup(to_html(text)),  # noqa: S704 - made from an allowlist
        "formula": _formula,
        "image": lambda row: Markup(image_html(row["url"], row["alt"] or "")),  # noqa: S704
        "web_address": web_address,
        "line_ends": lambda text: text.replace("\n", "↵\n"),
    }
    return environment


def _formula(row: dict[str, Any]) -> Markup:
    return Markup(formula_html(row["latex"], row["raw"], display=row["display"]))  # noqa: S704


def render(template: str, **values: object) -> str:
    """Fill a template of this package; UndefinedError if it asks for what is not given."""
    return _environment().get_template(template).render(values) + "\n"
