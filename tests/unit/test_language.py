"""The language of a text without markup."""

import json

import pytest

from benchmarks.language import GOLD, gold
from shortscience.pipeline.cleaning.language import UNDECIDED, detect_language
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.settings import CleaningSettings
from tests.unit.cases import cases

SETTINGS = CleaningSettings()
REFERENCE = CleaningSettings(language_detector="langdetect")


@pytest.mark.parametrize("case", cases("language", "detected", "undecided"))
def test_language(case):
    language, confidence = detect_language(case["text"], SETTINGS)
    assert language == case["language"]
    assert (
        confidence == 0 if language == UNDECIDED else SETTINGS.language_min_confidence <= confidence
    )


@pytest.mark.parametrize("case", cases("language", "detected"))
def test_the_reference_detector_agrees_and_repeats_itself(case):
    first = detect_language(case["text"], REFERENCE)
    assert first[0] == case["language"]
    assert detect_language(case["text"], REFERENCE) == first


def test_only_the_beginning_counts():
    text = "This is a short English sentence about networks. " * 20
    german = "Und dieser Satz ist auf Deutsch geschrieben. " * 50
    assert detect_language(text + german, SETTINGS)[0] == "en"


def test_an_unsure_detector_gives_und():
    sure = CleaningSettings(language_min_confidence=1.0)
    assert detect_language("Networks and images, trained on data.", sure) == (UNDECIDED, 0.0)


def test_confidence_has_four_digits():
    _, confidence = detect_language(
        "This short note explains how the network is trained.", SETTINGS
    )
    assert confidence == round(confidence, 4)


def test_short_technical_sentences_in_many_languages():
    answers = [(detect_language(text, SETTINGS)[0], language) for text, language in gold()]
    assert len(answers) >= 100
    assert sum(answer == language for answer, language in answers) / len(answers) >= 0.99


@pytest.mark.parametrize("text", json.loads(GOLD.read_text(encoding="utf-8"))["und"])
def test_what_has_no_words_has_no_language(text):
    assert detect_language(plain_text(text), SETTINGS) == (UNDECIDED, 0.0)
