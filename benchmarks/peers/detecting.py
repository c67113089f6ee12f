"""What all contestants of the race for languages share; it needs nothing but Python.

A contestant reads a JSON list of texts from standard input, names the language of each, and writes
one JSON object: the processor time in seconds, and an ISO 639-1 code per text, `und` where it
cannot tell.
"""

import json
import sys
import time
from collections.abc import Callable

UNDECIDED = "und"
_WARM_UP = "This sentence is read before the clock starts, so that models are loaded."
_ROUNDS = 3


def race(detect: Callable[[str], str]) -> None:
    """Name the language of each text; the fastest of some rounds counts."""
    texts = json.load(sys.stdin)
    detect(_WARM_UP)
    seconds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        languages = [detect(text) for text in texts]
        seconds.append(time.process_time() - start)
    sys.stdout.write(json.dumps({"seconds": min(seconds), "languages": languages}) + "\n")
