"""One fuzz target in its own process, driven by libFuzzer: `python -m tests.fuzz.harness TARGET …`.

The arguments after the target are files to run once, or folders and options of libFuzzer.
"""

import logging
import shlex
import sys

import atheris


def main() -> None:
    """Instrument the pipeline, and pass the target to libFuzzer."""
    name, *options = sys.argv[1:]
    package = name.partition(".")[0]
    with atheris.instrument_imports(include=["shortscience", package]):
        from tests.fuzz.targets import target_of

        target = target_of(name)
    logging.disable()
    # libFuzzer minimises by rerunning its own command through a shell.
    again = shlex.join([sys.executable, "-m", "tests.fuzz.harness", name])
    atheris.Setup([again, *options], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
