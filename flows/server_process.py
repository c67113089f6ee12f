"""The process of the private server, which ends with the command that started it.

The command holds the other end of this process's standard input: however the command ends, and be
it killed, reading comes to an end then. What the server wrote into its folder goes with it.
"""

import os
import shutil
import sys
import threading
import time

import uvicorn

_GRACE_SECONDS = 5.0


def _end_with_command(server: uvicorn.Server, home: str) -> None:
    sys.stdin.buffer.read()
    server.should_exit = True
    time.sleep(_GRACE_SECONDS)
    shutil.rmtree(home, ignore_errors=True)
    os._exit(1)


def main() -> None:
    """Serve Prefect's API on a socket; the arguments are its file descriptor and the folder."""
    descriptor, home = sys.argv[1:]
    server = uvicorn.Server(
        uvicorn.Config(
            "prefect.server.api.server:create_app",
            factory=True,
            fd=int(descriptor),
            log_level="error",
            lifespan="on",
        )
    )
    threading.Thread(target=_end_with_command, args=[server, home], daemon=True).start()
    server.run()
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
