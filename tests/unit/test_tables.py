"""Tables of pages: rows of crawl datasets and of scrapers."""

import base64
import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources.inputs import Inventory, take_inventory
from shortscience.pipeline.sources.reading import read_sources
from shortscience.pipeline.sources.tables import JsonLines
from tests.unit.test_inputs import tar_of

Row = Mapping[str, object]

SITE = "http://www.shortscience.org/"
TIME = "2023-05-18T10:42:00Z"


def page(*summaries: str) -> str:
    """Return a listing page as an extractor leaves it."""
    return "".join(f"[link]\n{text} ![]() |\n" for text in summaries)


def json_lines(rows: Sequence[Row]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def json_array(rows: Sequence[Row]) -> bytes:
    return ("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n").encode()


def indented(rows: Sequence[Row]) -> bytes:
    return json.dumps(rows, indent=1).encode()


def parquet(rows: Sequence[Row]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(list(rows)).write_parquet(file)
    return file.getvalue()


def arrow(rows: Sequence[Row], new: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> bytes:
    file, table = io.BytesIO(), pl.DataFrame(list(rows)).to_arrow()
    with new(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def arrow_file(rows: Sequence[Row]) -> bytes:
    return arrow(rows, pa.ipc.new_file)


def arrow_stream(rows: Sequence[Row]) -> bytes:
    return arrow(rows, pa.ipc.new_stream)


def har(rows: Sequence[Row], mime_type: str = "text/html; charset=UTF-8", **more: str) -> bytes:
    """Return a browser's network log with an entry for each row."""
    entries = [
        {
            "startedDateTime": row["timestamp"],
            "request": {"method": "GET", "url": row["url"]},
            "response": {"content": {"mimeType": mime_type, "text": row["text"], **more}},
        }
        for row in rows
    ]
    return json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=2).encode()


def har_of_bytes(rows: Sequence[Row]) -> bytes:
    encoded = [
        {**row, "text": row["text"] and base64.b64encode(str(row["text"]).encode()).decode()}
        for row in rows
    ]
    return har(encoded, encoding="base64")


def separated(rows: Sequence[Row], sign: str = ",", line_end: str = "\r\n") -> bytes:
    file = io.StringIO()
    table = csv.DictWriter(file, list(rows[0]), delimiter=sign, lineterminator=line_end)
    table.writeheader()
    table.writerows(rows)
    return file.getvalue().encode()


def zipped(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows", data)
    return file.getvalue()


def found(folder: Path, data: bytes) -> tuple[Inventory, pl.DataFrame, pl.DataFrame]:
    """Return what is in a file, and its sources and records."""
    (folder / "raw").mkdir()
    (folder / "raw" / "rows").write_bytes(data)
    inventory = take_inventory([str(folder / "raw")], folder / "spool")
    return inventory, *read_sources(inventory.distinct, SourceSettings())


ROWS = (
    {"url": f"{SITE}?page=1", "text": page("Kites, é “fly”.", "Sails\tsail."), "timestamp": TIME},
    {"url": "https://example.org/", "text": page("Elsewhere."), "timestamp": TIME},
    {"url": f"{SITE}?page=2", "text": None, "timestamp": TIME},
    {"url": f"{SITE}?page=3", "text": page("Boats float.\nRafts, too."), "timestamp": TIME},
)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(json_lines, id="JSON Lines"),
        pytest.param(lambda rows: b"\xef\xbb\xbf" + json_lines(rows), id="with a mark"),
        pytest.param(lambda rows: json_lines(rows).replace(b"\n", b"\r\n"), id="with CRLF"),
        pytest.param(json_array, id="an array, an element per line"),
        pytest.param(lambda rows: json.dumps(rows).encode(), id="an array on one line"),
        pytest.param(indented, id="an indented array"),
        pytest.param(
            lambda rows: b"".join(json.dumps(row, indent=1).encode() for row in rows),
            id="indented objects",
        ),
        pytest.param(lambda rows: gzip.compress(json.dumps(rows).encode()), id="compressed array"),
        pytest.param(parquet, id="Parquet"),
        pytest.param(arrow_file, id="Arrow"),
        pytest.param(arrow_stream, id="an Arrow stream"),
        pytest.param(har, id="a network log"),
        pytest.param(har_of_bytes, id="a network log with encoded pages"),
        pytest.param(separated, id="CSV"),
        pytest.param(lambda rows: separated(rows, line_end="\n"), id="CSV with LF"),
        pytest.param(lambda rows: separated(rows).rstrip(), id="CSV whose last line does not end"),
        pytest.param(lambda rows: b"\xef\xbb\xbf" + separated(rows), id="CSV with a mark"),
        pytest.param(lambda rows: separated(rows, ";"), id="CSV with semicolons"),
        pytest.param(lambda rows: separated(rows, "\t"), id="CSV with tabs"),
        pytest.param(
            lambda rows: separated([{"": n, **row} for n, row in enumerate(rows)]),
            id="CSV with an index",
        ),
        pytest.param(lambda rows: gzip.compress(json_lines(rows)), id="compressed JSON Lines"),
        pytest.param(lambda rows: gzip.compress(separated(rows)), id="compressed CSV"),
        pytest.param(lambda rows: zipped(separated(rows)), id="CSV in a zip file"),
        pytest.param(lambda rows: zipped(parquet(rows)), id="Parquet in a zip file"),
        pytest.param(lambda rows: gzip.compress(arrow_stream(rows)), id="compressed Arrow stream"),
        pytest.param(lambda rows: zipped(arrow_file(rows)), id="Arrow in a zip file"),
    ],
)
def test_each_row_of_the_site_is_a_source(
    tmp_path: Path, written: Callable[[Sequence[Row]], bytes]
) -> None:
    inventory, sources, records = found(tmp_path, written(ROWS))
    assert sorted(item.name.rpartition("!")[2] for item in inventory.inputs) == [
        f"{SITE}?page=1",
        f"{SITE}?page=3",
    ]
    assert [problem.reason for problem in inventory.problems] == [
        "left out: 1 row of another site; 1 row without a page"
    ]
    assert sorted(sources["url"]) == [f"{SITE}?page=1", f"{SITE}?page=3"]
    assert {str(time) for time in sources["retrieved_at"]} == {"2023-05-18 10:42:00+00:00"}
    assert set(sources["form"]) == {"extracted-text"}
    assert sorted(records["body"]) == [
        "Boats float.\nRafts, too.",
        "Kites, é “fly”.",
        "Sails\tsail.",
    ]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"text": page("A."), "timestamp": TIME, "url": SITE}, id="C4"),
        pytest.param({"content": page("A."), "url": SITE, "timestamp": TIME}, id="RefinedWeb"),
        pytest.param({"text": page("A."), "id": "1", "url": SITE, "date": TIME}, id="FineWeb"),
        pytest.param(
            {"text": page("A."), "id": "1", "metadata": {"url": SITE, "date": TIME}},
            id="FineWeb's tool",
        ),
        pytest.param(
            {
                "content": page("A."),
                "warc_headers": {"warc-target-uri": SITE, "warc-date": TIME},
                "metadata": {"identification": {"label": "en"}},
            },
            id="OSCAR",
        ),
        pytest.param(
            {"url": SITE, "date_download": TIME, "title": "A", "raw_content": page("A.")},
            id="RedPajama",
        ),
        pytest.param(
            {"metadata": {"WARC-Date": TIME, "WARC-Target-URI": SITE}, "text": page("A.")},
            id="DCLM",
        ),
        pytest.param(
            {"source": "common-crawl", "url": SITE, "timestamp": TIME, "text": page("A.")},
            id="a source that is no address",
        ),
        pytest.param(
            {"url": SITE, "text": "A.", "html": page("A."), "timestamp": TIME},
            id="HTML before text",
        ),
    ],
)
@pytest.mark.parametrize("written", [json_lines, parquet, arrow_stream])
def test_columns_are_known_by_the_names_of_well_known_datasets(
    tmp_path: Path, row: Row, written: Callable[[Sequence[Row]], bytes]
) -> None:
    _, sources, records = found(tmp_path, written([row]))
    assert sources["url"].to_list() == [SITE]
    assert str(sources["retrieved_at"][0]) == "2023-05-18 10:42:00+00:00"
    assert records["body"].to_list() == ["A."]


@pytest.mark.parametrize(
    ("time", "retrieved_at"),
    [
        pytest.param("2023-05-18T10:42:00", "2023-05-18 10:42:00+00:00", id="no zone"),
        pytest.param("2023-05-18 12:42:00+02:00", "2023-05-18 10:42:00+00:00", id="zone"),
        pytest.param("2023-05-18", "None", id="a day, on which the page may have been published"),
        pytest.param("the day before yesterday", "None", id="no time"),
        pytest.param(1684406520, "None", id="a number"),
        pytest.param(None, "None", id="nothing"),
    ],
)
def test_an_odd_time_costs_only_itself(tmp_path: Path, time: object, retrieved_at: str) -> None:
    _, sources, records = found(tmp_path, json_lines([{**ROWS[0], "timestamp": time}]))
    assert str(sources["retrieved_at"][0]) == retrieved_at
    assert records.height == 2


def test_a_broken_line_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    broken = b'{"url": "http://www.shortscience.org/?page=9", "text": "[link]\\nCut'
    data = json_lines(ROWS[:1]) + broken + b"\n\n7\n" + json_lines(ROWS[3:])
    _, _, records = found(tmp_path, data)
    assert sorted(records.filter(reason="unknown form")["raw"]) == ["7\n", f"{broken.decode()}\n"]
    assert records["body"].drop_nulls().len() == 3


def test_surrogates_become_replacement_characters(tmp_path: Path) -> None:
    row = {"url": f"{SITE}\ud800", "text": page("A\ud800b.")}
    _, sources, records = found(tmp_path, json_lines([row]))
    assert sources["url"].to_list() == [f"{SITE}�"]
    assert records["body"].to_list() == ["A�b."]


EXPORT = (
    {"id": "1", "transcript": "A\nb.", "sourceUrl": f"{SITE}paper?bibtexKey=conf/a/B", "x": ""},
)


@pytest.mark.parametrize("written", [json_lines, parquet, separated])
def test_an_export_of_summaries_is_read_as_such(
    tmp_path: Path, written: Callable[[Sequence[Row]], bytes]
) -> None:
    _, sources, records = found(tmp_path, written(EXPORT))
    assert sources["form"].to_list() == ["json"]
    assert records.select("body", "bibtex_key").rows() == [("A\nb.", "conf/a/B")]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(json_lines([{"url": SITE, "title": "A"}]), id="objects without a page"),
        pytest.param(json_lines([{"url": SITE, "text": ["A"]}]), id="a page that is no text"),
        pytest.param(b'{"text": "a"', id="a broken first line"),
        pytest.param(b"url,title\nhttp://a.b,A\n", id="columns without a page"),
        pytest.param(b"text,number\na,1\n", id="columns without an address"),
        pytest.param(b"The url, the text: both matter.\nSo we think.\n", id="prose"),
        pytest.param(parquet([{"summary_id": "1", "text": "A", "url": SITE}]), id="a release"),
        pytest.param(arrow_file([{"url": SITE, "title": "A"}]), id="Arrow without a page"),
        pytest.param(b"\xff\xff\xff\xff\x10\0\0\0no schema", id="like the beginning of Arrow"),
    ],
)
def test_other_files_are_no_such_tables(tmp_path: Path, data: bytes) -> None:
    inventory, sources, records = found(tmp_path, data)
    assert [item.name for item in inventory.inputs] == ["rows"]
    assert sources["form"].to_list() == [None]
    assert set(records["reason"]) <= {"unknown form", "binary data"}
    assert "".join(records["raw"]).encode("latin-1") == data


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(lambda rows: indented(rows).partition(b"page=3")[0], id="JSON that is cut"),
        pytest.param(lambda rows: har(rows).partition(b"page=3")[0], id="a log that is cut"),
        pytest.param(
            lambda rows: separated(rows).replace(b"page=3", b"page=\r3"),
            id="CSV with a line end in a line",
        ),
    ],
)
def test_rows_before_a_broken_one_are_read(
    tmp_path: Path, damaged: Callable[[Sequence[Row]], bytes]
) -> None:
    inventory, _, records = found(tmp_path, damaged(ROWS))
    assert records["body"].drop_nulls().len() == 2
    assert "rows: breaks off; what precedes was read, fetch it again for the rest" in map(
        str, inventory.problems
    )


def test_odd_entries_of_a_network_log_have_no_page(tmp_path: Path) -> None:
    log = json.loads(har(ROWS))
    (picture,) = json.loads(har(ROWS[:1], "image/gif"))["log"]["entries"]
    failed = {"startedDateTime": TIME, "request": {"url": SITE}, "response": {"content": {}}}
    log["log"]["entries"] += [picture, failed, 7, "text/html", {"response": {"content": []}}]
    inventory, _, records = found(tmp_path, json.dumps(log).encode())
    assert records["body"].drop_nulls().len() == 3
    (problem,) = inventory.problems
    assert problem.reason == "left out: 1 row of another site; 6 rows without a page"


def test_the_time_of_an_entry_may_be_missing(tmp_path: Path) -> None:
    data = har(ROWS).replace(b"startedDateTime", b"started")
    _, sources, records = found(tmp_path, data)
    assert sources["retrieved_at"].to_list() == [None, None]
    assert records["body"].drop_nulls().len() == 3


def test_a_network_log_without_entries_is_reported(tmp_path: Path) -> None:
    inventory, _, _ = found(tmp_path, b'{"log": {"version": "1.2"')
    assert "breaks off" in inventory.problems[0].reason


def test_a_cut_arrow_stream_keeps_the_batches_before_the_cut(tmp_path: Path) -> None:
    one, other = arrow_stream(ROWS), arrow_stream(ROWS)
    end = len(b"\xff\xff\xff\xff\0\0\0\0")
    batch = other[other.index(b"\xff\xff\xff\xff", 4) : -end]
    inventory, _, records = found(tmp_path, one[:-end] + batch[: len(batch) // 2])
    assert records["body"].drop_nulls().len() == 3
    assert any("breaks off" in problem.reason for problem in inventory.problems)


def test_arrow_whose_offsets_lead_out_of_its_data_is_damaged(tmp_path: Path) -> None:
    data = arrow_stream(ROWS[:1])
    offsets = b"".join(n.to_bytes(8, "little") for n in (0, len(ROWS[0]["text"].encode())))
    assert data.count(offsets) == 1
    inventory, _, _ = found(tmp_path, data.replace(offsets, offsets[:8] + b"\xff" * 3 + b"\0" * 5))
    assert "breaks off" in inventory.problems[0].reason


def test_a_page_in_bytes_is_read(tmp_path: Path) -> None:
    _, _, records = found(tmp_path, parquet([{"url": SITE, "html": page("Kites, é.").encode()}]))
    assert records["body"].to_list() == ["Kites, é."]


def test_reading_csv_leaves_its_limit_as_it_was(tmp_path: Path) -> None:
    usual = csv.field_size_limit()
    _, _, records = found(tmp_path, separated([{"url": SITE, "text": page("A " * usual)}]))
    assert len(records["body"][0]) > usual
    assert csv.field_size_limit() == usual


def test_a_table_of_other_sites_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(page("A."))
    (tmp_path / "rows").write_bytes(parquet(ROWS[1:2] * 3))
    inventory = take_inventory([str(tmp_path)], tmp_path / ".spool")
    assert [str(problem) for problem in inventory.problems] == [
        "rows: left out: 3 rows of other sites"
    ]


class Counted(io.BytesIO):
    """A file that counts the bytes read from it."""

    n_read = 0

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        self.n_read += len(line)
        return line


def test_a_row_is_found_without_reading_those_before_it() -> None:
    rows = [{"url": f"{SITE}?page={n}", "text": page(f"Kite {n}.")} for n in range(200)]
    data = json_lines(rows)
    last = [entry.locator for entry in JsonLines(io.BytesIO(data)).entries()][-1]
    file = Counted(data)
    assert JsonLines(file).open(int(last)).read().decode() == rows[-1]["text"]
    assert file.n_read < len(data) / 50


def test_a_table_in_a_cut_archive_keeps_the_rows_before_the_cut(tmp_path: Path) -> None:
    rows = [{"url": f"{SITE}?page={n}", "text": page(f"Kite {n}.")} for n in range(2000)]
    data = tar_of("w", rows=json_lines(rows))
    inventory, _, records = found(tmp_path, data[: len(data) // 2])
    assert 100 < records["body"].drop_nulls().len() < 2000
    assert "rows!rows" in {problem.name for problem in inventory.problems}
