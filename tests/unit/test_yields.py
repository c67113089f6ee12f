"""The alarm for a form of dumps that stops giving records."""

from pathlib import Path

import polars as pl
import pytest

from shortscience.pipeline.errors import LostFormError
from shortscience.pipeline.release.yields import check_yields

Source = tuple[str, str | None, int, int]  # name, form, records kept, records rejected


def release(folder: Path, *sources: Source) -> Path:
    """The two tables that the check reads."""
    records = [
        {"source_id": name, "status": status, "reason": None}
        for name, _, kept, rejected in sources
        for status, count in (("kept", kept), ("rejected", rejected))
        for _ in range(count)
    ]
    rows = [{"source_id": name, "name": name, "form": form} for name, form, _, _ in sources]
    text = pl.String()
    for table, frame in (
        ("sources", pl.DataFrame(rows, {"source_id": text, "name": text, "form": text})),
        ("records", pl.DataFrame(records, {"source_id": text, "status": text, "reason": text})),
    ):
        (folder / "data" / table).mkdir(parents=True)
        frame.write_parquet(folder / "data" / table / "train-00000-of-00001.parquet")
    return folder


HTML, RSS = ("a.html", "html", 20, 0), ("feed.xml", "rss", 5, 0)


@pytest.mark.parametrize(
    ("after", "lost"),
    [
        pytest.param([HTML, RSS], None, id="all as before"),
        pytest.param([("a.html", "html", 1, 0), RSS], None, id="fewer, but some"),
        pytest.param([HTML, ("feed.xml", "rss", 0, 0)], "rss", id="recognised, and empty"),
        pytest.param([HTML, ("feed.xml", "rss", 0, 3)], "rss", id="all rejected"),
        pytest.param([("a.html", None, 0, 1), RSS], "html", id="not recognised any more"),
        pytest.param([HTML], None, id="taken away"),
        pytest.param([("new.html", "html", 0, 0), RSS], "html", id="replaced by an empty one"),
    ],
)
def test_a_form_that_stops_giving_records_raises(
    tmp_path: Path, after: list[Source], lost: str | None
) -> None:
    former = release(tmp_path / "former", HTML, RSS)
    staged = release(tmp_path / "staged", *after)
    if lost is None:
        check_yields(staged, former, ())
        return
    with pytest.raises(LostFormError, match=f"Nothing was read from {lost} dumps, which gave"):
        check_yields(staged, former, ())
    check_yields(staged, former, [lost])


def test_the_first_release_is_not_compared(tmp_path: Path) -> None:
    staged = release(tmp_path / "staged", ("a.html", "html", 0, 0))
    check_yields(staged, tmp_path / "latest", ())
