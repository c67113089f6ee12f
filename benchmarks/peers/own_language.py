"""The detection of this project, with the detector that the call names."""

import sys

from benchmarks.peers.detecting import race
from shortscience.pipeline.cleaning.language import detect_language
from shortscience.pipeline.settings import CleaningSettings

SETTINGS = CleaningSettings.model_validate({"language_detector": sys.argv[1]})


def detect(text: str) -> str:
    """Return the language of a text."""
    return detect_language(text, SETTINGS)[0]


if __name__ == "__main__":
    race(detect)
