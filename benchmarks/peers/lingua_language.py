"""lingua with all its languages, at high accuracy or, on demand, at low."""

import sys

from lingua import LanguageDetectorBuilder

from benchmarks.peers.detecting import UNDECIDED, race

BUILDER = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models()
DETECTOR = (BUILDER.with_low_accuracy_mode() if sys.argv[1:] == ["low"] else BUILDER).build()


def detect(text: str) -> str:
    """Return the language of a text."""
    language = DETECTOR.detect_language_of(text)
    return language.iso_code_639_1.name.lower() if language else UNDECIDED


if __name__ == "__main__":
    race(detect)
