"""Notices: one sentence for what befell a file, however many of its records or pages it befell."""

from pathlib import Path

import pytest

from shortscience.pipeline.release.notices import notices
from shortscience.pipeline.sources.encodings import MIXED
from shortscience.pipeline.sources.inputs import Problem
from tests.releases import Row, write_small_tables

KEPT = "they are kept in the records table."
NOTHING = "nothing was taken from"
WINDOWS = "stray bytes were read as windows-1252 (table `sources`)."


def source(source_id: str, **more: object) -> Row:
    return {"source_id": source_id, "name": source_id, "encoding": "utf-8"} | more


def rejected(source_id: str, ordinal: int, reason: str = "no text") -> Row:
    return {
        "record_id": f"{source_id}/{ordinal}",
        "source_id": source_id,
        "ordinal": ordinal,
        "byte_start": 10 * ordinal,
        "byte_end": 10 * ordinal + 9,
        "status": "rejected",
        "reason": reason,
    }


WOW = ["Wow!2.txt", "Wow!3.txt"]
CRAWL = [f"crawl.warc.gz!https://example.org/{page}" for page in range(5)]


@pytest.mark.parametrize(
    ("sources", "records", "said"),
    [
        pytest.param([source("a.txt")], [], [], id="nothing to say"),
        pytest.param(
            [source("a.txt")],
            [rejected("a.txt", 1)],
            [f"a.txt: bytes 10 to 19 were rejected (no text); {KEPT}"],
            id="one record",
        ),
        pytest.param(
            [source("a.txt"), source("b.txt")],
            [*(rejected("a.txt", n) for n in range(1_500)), rejected("b.txt", 0)],
            [
                "a.txt: 1,500 records were rejected (no text),"
                f" first bytes 0 to 9, bytes 10 to 19, bytes 20 to 29; {KEPT}",
                f"b.txt: bytes 0 to 9 were rejected (no text); {KEPT}",
            ],
            id="many records of a source",
        ),
        pytest.param(
            [source("wow!.txt")],
            [rejected("wow!.txt", 0), rejected("wow!.txt", 1), rejected("wow!.txt", 2, "{}")],
            [
                "wow!.txt: 2 records were rejected (no text),"
                f" first bytes 0 to 9, bytes 10 to 19; {KEPT}",
                f"wow!.txt: bytes 20 to 29 were rejected ({{}}); {KEPT}",
            ],
            id="several reasons, in a file named like a member",
        ),
        pytest.param(
            [source(name) for name in WOW],
            [rejected(name, 0) for name in WOW],
            [f"{name}: bytes 0 to 9 were rejected (no text); {KEPT}" for name in WOW],
            id="several files named like members",
        ),
        pytest.param(
            [source(name) for name in CRAWL],
            [rejected(name, 0, "unknown form") for name in CRAWL],
            [
                "crawl.warc.gz: 5 records were rejected (unknown form), first"
                " bytes 0 to 9 of https://example.org/0, bytes 0 to 9 of https://example.org/1,"
                f" bytes 0 to 9 of https://example.org/2; {KEPT}",
            ],
            id="a record of each page of a crawl",
        ),
        pytest.param(
            [source("a.txt", n_records=0), source("b.txt", n_records=0, n_bytes=0)],
            [],
            [
                f"b.txt: is empty; {NOTHING} it (table `sources`).",
                f"a.txt: holds no records; {NOTHING} it (table `sources`).",
            ],
            id="files without records",
        ),
        pytest.param(
            [source(name, n_records=0, n_bytes=n % 2) for n, name in enumerate(CRAWL)],
            [],
            [
                "crawl.warc.gz: 3 sources are empty, first https://example.org/0,"
                " https://example.org/2, https://example.org/4;"
                f" {NOTHING} them (table `sources`).",
                "crawl.warc.gz: 2 sources hold no records, first https://example.org/1,"
                f" https://example.org/3; {NOTHING} them (table `sources`).",
            ],
            id="pages of a crawl without records",
        ),
        pytest.param(
            [source(name, encoding=MIXED) for name in ("a.txt", *CRAWL)],
            [],
            [
                f"a.txt: is not valid UTF-8; its {WINDOWS}",
                "crawl.warc.gz: 5 sources are not valid UTF-8, first https://example.org/0,"
                f" https://example.org/1, https://example.org/2; their {WINDOWS}",
            ],
            id="stray bytes",
        ),
        pytest.param(
            [source(place, name="a.txt", encoding=MIXED) for place in ("here", "there")],
            [],
            [f"a.txt: 2 sources are not valid UTF-8, first a.txt, a.txt; their {WINDOWS}"],
            id="two files of the same name",
        ),
        pytest.param(
            [source("a.txt")],
            [rejected("a.txt", 0) | {"earlier_summary_id": "s"}],
            [
                "1 record is already in the earlier release and was left out"
                " (`earlier_summary_id` in table `records`)."
            ],
            id="one record of an earlier release",
        ),
        pytest.param(
            [source("a.txt")],
            [rejected("a.txt", n) | {"earlier_summary_id": "s"} for n in range(2)],
            [
                "2 records are already in the earlier release and were left out"
                " (`earlier_summary_id` in table `records`)."
            ],
            id="records of an earlier release",
        ),
    ],
)
def test_each_file_and_reason_takes_one_sentence(
    tmp_path: Path, sources: list[Row], records: list[Row], said: list[str]
) -> None:
    names = {str(row["source_id"]): str(row["name"]) for row in sources}
    files = {key: "crawl.warc.gz" if name in CRAWL else name for key, name in names.items()}
    write_small_tables(tmp_path / "release", {"sources": sources, "records": records})
    assert notices(tmp_path / "release", [], files) == said
    encrypted = Problem("x.zip", "is encrypted")
    (problem, *others) = notices(tmp_path / "release", [encrypted], files)
    assert problem == "x.zip: is encrypted."
    assert others == said
