"""The process of the private server, which ends with the command that started it.

The command holds the other end of this process's standard input: however the command ends, and be
it killed, reading comes to an end then.
"""

import os
import signal
import sys
import threading
import time

import uvicorn

_GRACE_SECONDS = 5.0


def _end_with_command() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def main() -> None:
    """Serve Prefect's API on the socket whose file descriptor is the only argument."""
    threading.Thread(target=_end_with_command, daemon=True).start()
    uvicorn.run(
        "prefect.server.api.server:create_app",
        factory=True,
        fd=int(sys.argv[1]),
        log_level="error",
        lifespan="on",
    )


if __name__ == "__main__":
    main()
