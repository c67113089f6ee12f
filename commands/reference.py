"""The generated pages of `docs/`: commands, settings and tables.

`python -m shortscience.commands.reference` writes them; a test fails if they are out of date.
"""

from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from shortscience.pipeline.release.card import describe_table
from shortscience.pipeline.release.parquet import FILE_ROWS
from shortscience.pipeline.schema import TABLES
from shortscience.pipeline.settings import Settings

DOCS = Path(__file__).resolve().parents[1] / "docs"  # `shortscience/commands` is a link


def pages() -> dict[str, str]:
    """Return the text of each page by file name."""
    return {"commands.md": _commands(), "settings.md": _settings(), "tables.md": _tables()}


def _tables() -> str:
    sections = "\n\n".join(describe_table(table) for table in TABLES.values())
    return (
        "# Tables\n\nEvery table is sorted by its primary key, and cut into Parquet files of"
        f" {FILE_ROWS:,} rows. `→` names the key that a column points to; every value exists"
        " there. Offsets count Unicode code points: `text[start:end]` is exactly `raw`.\n\n"
        f"{sections}\n"
    )


def _settings() -> str:
    sections = "\n\n".join(
        f"## {name}\n\n{_setting_rows(type(getattr(Settings(), name)))}"
        for name in Settings.model_fields
    )
    return (
        "# Settings\n\nEvery threshold of the pipeline, with the reason for its value. The command"
        " uses the defaults; the library takes others as `settings`, and a deployment as the"
        " `settings` of its `build` parameter:\n\n"
        "```\nprefect deployment run build-dataset/local \\\n"
        '  --param build=\'{"settings": {"duplicates": {"near_threshold": 0.9}}}\'\n```\n\n'
        "A changed setting recomputes only the stages it reaches, and names another release.\n\n"
        f"{sections}\n"
    )


def _setting_rows(group: type[BaseModel]) -> str:
    rows = "\n".join(
        f"| `{name}` | `{field.default}` | {field.description} |"
        for name, field in group.model_fields.items()
    )
    return f"{group.__doc__}\n\n| setting | default | why |\n| --- | --- | --- |\n{rows}"


def _commands() -> str:
    from shortscience.commands.main import cli

    context = click.Context(
        cli, info_name="shortscience", terminal_width=100, **cli.context_settings
    )
    sections = "\n\n".join(_command_sections(cli, context))
    return f"# Commands\n\nWhat `--help` says, on one page.\n\n{sections}\n"


def _command_sections(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name, child in sorted(command.commands.items()):
            child_context = click.Context(child, parent=context, info_name=name)
            yield from _command_sections(child, child_context)


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
