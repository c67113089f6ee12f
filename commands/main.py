"""The command `shortscience`: its subcommands, its errors, its exit status."""

import atexit
import gc
import signal
import sys
from types import FrameType

import click

from shortscience.commands import arguments
from shortscience.commands.build import build
from shortscience.commands.catalogue import catalogue
from shortscience.commands.diff import diff
from shortscience.commands.duplicates import duplicates
from shortscience.commands.explain import explain
from shortscience.commands.publish import publish
from shortscience.commands.report import report
from shortscience.pipeline import __version__
from shortscience.pipeline.errors import ShortScienceError

_UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `shortscience build`, then `shortscience explain ID` on any id you see.",
)
@click.version_option(__version__)
def cli() -> None:
    """Turn raw dumps of ShortScience.org paper summaries into validated Parquet tables.

    Exit status: 0 done; 1 not done: the data did not pass validation, another build is at work, or
    the machine, a store or the Hub failed, as the message says; 2 the call was wrong; 70 unexpected
    error; 130 interrupted; 143 ended by SIGTERM.
    """


for command in (build, explain, duplicates, diff, catalogue, publish, report):
    arguments.take_verbose(command)
    cli.add_command(command)


class _Terminated(BaseException):
    """Raised on SIGTERM."""


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise _Terminated


def main() -> None:
    """Run the command; errors are one sentence on standard error."""
    signal.signal(signal.SIGTERM, _terminate)
    # At its end, Python would search all objects for cycles, which takes a quarter of a second.
    atexit.register(gc.freeze)
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()  # the help, on standard error
        status = error.exit_code
    except (Exception, KeyboardInterrupt, _Terminated) as error:
        sentence, status = _explain(error)
        click.echo(f"shortscience: {' '.join(sentence.split())}", err=True)
        if status == _UNFORESEEN and set(arguments.VERBOSE) & set(sys.argv):
            raise
    sys.exit(status if isinstance(status, int) else 0)


def _explain(error: BaseException) -> tuple[str, int]:
    """Return a sentence on what went wrong and what to do, and the exit status."""
    match error:
        case ShortScienceError():
            return str(error), error.exit_status
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else _called()
            return f"{error.format_message().rstrip('.')}; see `{command} --help`.", 2
        case click.ClickException():
            return error.format_message(), 2
        case click.Abort() | KeyboardInterrupt():
            return (
                "Interrupted; nothing is half done, and the same command resumes from here.",
                130,
            )
        case _Terminated():
            return (
                f"`{_called()}` was ended by SIGTERM; nothing is half done, and the same command"
                " resumes from here.",
                128 + signal.SIGTERM,
            )
        case MemoryError() | OSError(strerror=str()):
            return _lack(error, sys.argv[1:2] == ["build"]), 1
    what = f"{type(error).__name__}: {error}"
    return f"Unexpected error ({what}); report it with --verbose.", _UNFORESEEN


def _called() -> str:
    """Return the command that was called."""
    return " ".join(["shortscience", *(name for name in sys.argv[1:2] if name in cli.commands)])


def _lack(error: MemoryError | OSError, is_build: bool) -> str:
    """Return a sentence on what the machine lacks or refuses; only a build would have released."""
    if isinstance(error, OSError):
        name = error.filename2 or error.filename  # of two files, the one that was written
        where = f" ({name})" if name else ""
        if is_build:
            return f"{error.strerror}{where}; nothing was released; mend that and build again."
        return f"{error.strerror}{where}; mend that and call again."
    if is_build:
        return (
            "Memory ran out, and nothing was released; build again with fewer --workers, or with"
            " more memory, which goes on from here."
        )
    return "Memory ran out; call again with more memory."
