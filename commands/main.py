"""The command `shortscience`: its subcommands, its errors, its exit status."""

import sys

import click

from commands.build import build
from commands.explain import explain
from pipeline import __version__
from pipeline.errors import ShortScienceError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `shortscience build`, then `shortscience explain ID` on any id you see.",
)
@click.version_option(__version__)
def cli() -> None:
    """Turn raw dumps of ShortScience.org paper summaries into validated Parquet tables.

    Exit status: 0 done; 1 the build ran and the data did not pass, nothing was released; 2 the call
    was wrong.
    """


cli.add_command(build)
cli.add_command(explain)


def main() -> None:
    """Run the command; errors are one sentence on standard error."""
    try:
        status = cli.main(standalone_mode=False)
    except click.UsageError as error:
        context = error.ctx.command_path if error.ctx else "shortscience"
        _fail(f"{error.format_message().rstrip('.')}; see `{context} --help`.", 2)
    except click.ClickException as error:
        _fail(error.format_message(), 2)
    except ShortScienceError as error:
        _fail(str(error), error.exit_status)
    except (KeyboardInterrupt, click.Abort):
        _fail("Interrupted; nothing was released, and the next build goes on from here.", 130)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _fail(f"{error.strerror or error}{where}; nothing was released, so it is safe to retry.", 1)
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _fail(sentence: str, status: int) -> None:
    click.echo(f"shortscience: {' '.join(sentence.split())}", err=True)
    sys.exit(status)
