"""How the benchmark of repairs counts and garbles."""

import pytest

from benchmarks.encoding import GARBLED_BY, Tally, Text, garbled, tally


def test_repaired_missed_and_wrongly_changed_texts_are_counted():
    texts = [
        Text("cafÃ©", "café"),
        Text("cafÃ©", "cafe"),
        Text("fine", "fine"),
        Text("cafÃ©", "cafÃ©"),
    ]
    assert tally(texts) == Tally(broken=2, repaired=1, whole=2, changed=1)


@pytest.mark.parametrize("name", GARBLED_BY)
def test_prose_is_garbled_and_code_is_not(name):
    (text,) = garbled(["naïve `é` only", "ascii"], GARBLED_BY[name])
    assert text.meant == "naïve `é` only"
    assert "`é`" in text.stored
    assert "naïve" not in text.stored
