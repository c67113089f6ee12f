"""Detectors of languages: `python -m benchmarks.peers.languages DETECTOR FILE`.

FILE is a JSON list of texts. The answer has the processor time in `seconds`, without loading the
model, and `languages`: an ISO 639-1 code per text, `und` where a detector cannot tell.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Detect = Callable[[str], str]
UNDECIDED = "und"
_WARM_UP = "This sentence is read before the clock starts, so that models are loaded."


def own() -> Detect:
    """Return this project's detection."""
    from shortscience.pipeline.cleaning.language import detect_language
    from shortscience.pipeline.settings import CleaningSettings

    settings = CleaningSettings()
    return lambda text: detect_language(text, settings)[0]


def langdetect() -> Detect:
    """Return langdetect with a seed; it raises an error on texts without letters."""
    import langdetect

    langdetect.DetectorFactory.seed = 0

    def detect(text: str) -> str:
        try:
            return str(langdetect.detect(text)).split("-")[0]
        except langdetect.LangDetectException:
            return UNDECIDED

    return detect


def py3langid() -> Detect:
    """Return py3langid with all its languages."""
    import py3langid

    return lambda text: str(py3langid.classify(text)[0])


DETECTORS = {each.__name__: each for each in (own, langdetect, py3langid)}


def main() -> None:
    """Print the answer of one detector."""
    texts = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    detect = DETECTORS[sys.argv[1]]()
    detect(_WARM_UP)
    start = time.process_time()
    languages = [detect(text) for text in texts]
    seconds = time.process_time() - start
    sys.stdout.write(json.dumps({"seconds": seconds, "languages": languages}) + "\n")


if __name__ == "__main__":
    main()
