"""The language of a text without markup."""

import pytest

from pipeline.cleaning.language import UNDECIDED, detect_language
from pipeline.settings import CleaningSettings
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


def test_a_detector_that_is_unsure_is_not_believed():
    sure = CleaningSettings(language_min_confidence=1.0)
    assert detect_language("Networks and images, trained on data.", sure) == (UNDECIDED, 0.0)


def test_confidence_has_four_digits():
    _, confidence = detect_language(
        "This short note explains how the network is trained.", SETTINGS
    )
    assert confidence == round(confidence, 4)
