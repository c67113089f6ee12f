"""The process of the private server, which ends with the command that started it.

The command holds the other end of this process's standard input: however the command ends, and be
it killed, reading comes to an end then. What the server wrote, below PREFECT_HOME, goes with it.
"""

import os
import shutil
import sys
import threading
import time

import uvicorn

_GRACE_SECONDS = 5.0


def _end_with_command(server: uvicorn.Server) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
    time.sleep(_GRACE_SECONDS)
    _remove_home()
    os._exit(1)


def _remove_home() -> None:
    shutil.rmtree(os.environ["PREFECT_HOME"], ignore_errors=True)


def main() -> None:
    """Serve Prefect's API on the socket whose file descriptor is the only argument."""
    server = uvicorn.Server(
        uvicorn.Config(
            "prefect.server.api.server:create_app",
            factory=True,
            fd=int(sys.argv[1]),
            log_level="error",
            lifespan="on",
        )
    )
    threading.Thread(target=_end_with_command, args=[server], daemon=True).start()
    server.run()
    _remove_home()


if __name__ == "__main__":
    main()
