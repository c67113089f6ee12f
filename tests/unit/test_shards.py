"""The map stage: batches, shards, and records without content."""

import gc
import hashlib
from pathlib import Path

import polars as pl
import pytest

from shortscience.pipeline.batches import Batch, cut_batches
from shortscience.pipeline.cleaning.clean import clean
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.layers import LAYERS, NOTHING_LEFT
from shortscience.pipeline.settings import (
    CleaningSettings,
    DuplicateSettings,
    Settings,
    SignatureSettings,
    SourceSettings,
)
from shortscience.pipeline.shards import Shards, build_shards, layer_keys, missing_layers, prune
from shortscience.pipeline.sources.inputs import Input, take_inventory
from tests.conftest import NO_SPOOL, RAW
from tests.processing import process

SETTINGS = Settings()
FRAMES = [frame for frames in LAYERS.values() for frame in frames]


def source(number: int, last: str = "f" * 8) -> Input:
    return Input(Path(f"{number}"), f"{number}", f"{number:056x}{last}", 10)


def test_a_batch_ends_when_it_is_full() -> None:
    batches = cut_batches([source(number) for number in range(7)], batch_bytes=30)
    assert [len(batch.inputs) for batch in batches] == [3, 3, 1]


def test_batches_also_end_behind_a_hash_that_ends_small_for_the_size_of_its_input() -> None:
    inputs = [source(1, last="54ffffff"), source(2, last="56000000"), source(3)]
    batches = cut_batches(inputs, batch_bytes=30)
    assert [len(batch.inputs) for batch in batches] == [1, 2]


@pytest.mark.parametrize("n_bytes", [100, 3_000, 50_000])
def test_batches_hold_many_inputs_of_any_size_and_a_new_one_changes_few(n_bytes: int) -> None:
    hashes = sorted(hashlib.sha256(b"%d" % number).hexdigest() for number in range(4_000))
    inputs = [Input(Path("x"), "x", source_id, n_bytes) for source_id in hashes]
    batches = set(cut_batches(inputs, batch_bytes=500_000))
    n_full = 4_000 * n_bytes / 500_000
    assert n_full <= len(batches) <= 2.5 * n_full + 1
    for gone in range(0, 4_000, 500):
        others = set(cut_batches(inputs[:gone] + inputs[gone + 1 :], batch_bytes=500_000))
        assert len(others - batches) <= 8


@pytest.mark.parametrize(
    ("changed", "reached"),
    [
        pytest.param(
            {"sources": SourceSettings(max_record_bytes=9)},
            {"texts", "languages", "signatures"},
            id="sources",
        ),
        pytest.param(
            {"cleaning": CleaningSettings(language_max_chars=99)}, {"languages"}, id="cleaning"
        ),
        pytest.param({"signatures": SignatureSettings(seed=2)}, {"signatures"}, id="signatures"),
        pytest.param({"duplicates": DuplicateSettings(near_threshold=0.9)}, set(), id="duplicates"),
    ],
)
def test_a_setting_renames_only_the_shards_it_affects(
    changed: dict[str, object], reached: set[str]
) -> None:
    batch = Batch((source(1),))
    before = layer_keys(batch, SETTINGS)
    after = layer_keys(batch, SETTINGS.model_copy(update=changed))
    assert {layer for layer in LAYERS if after[layer] != before[layer]} == reached


def test_shards_are_built_once_and_are_the_same_in_any_batches(tmp_path: Path) -> None:
    inputs = take_inventory([str(RAW)], NO_SPOOL).distinct
    one, many = cut_batches(inputs), cut_batches(inputs, batch_bytes=10_000)
    assert len(many) > 3
    for batch in (*one, *many):
        assert missing_layers(batch, SETTINGS, tmp_path) == [*LAYERS]
        build_shards(batch, SETTINGS, tmp_path)
        assert missing_layers(batch, SETTINGS, tmp_path) == []
    for name in FRAMES:
        parts = [
            Shards.of(batches, SETTINGS, tmp_path).scan(name).collect() for batches in (one, many)
        ]
        assert parts[0].equals(parts[1]), name


def test_the_garbage_collector_is_back_after_a_batch_that_failed(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        build_shards(Batch((Input(tmp_path / "nowhere", "x", "ab", 1),)), SETTINGS, tmp_path)
    assert gc.isenabled()


def test_a_summary_that_is_repeated_gives_each_record_what_it_gives_one() -> None:
    """Each text is processed once; with its line breaks kept, its Markdown differs."""
    text = "A text that cites \\cite{key} and $x^2$. - One - Two"
    rows = [("a", text, False), ("b", text, False), ("c", text, True)]
    columns = ["record_id", "body", "keeps_structure"]
    records = pl.DataFrame(rows, schema=columns, orient="row").with_columns(reason=None)
    cleaned, scanned = clean(records)
    extracted = extract(cleaned, scanned)
    first, second, third = cleaned.drop("record_id").rows(named=True)
    assert first == second
    assert (third["markdown"], third["structure"]) == (text, "original")
    for frame in extracted["citations"], extracted["equations"]:
        assert frame["record_id"].to_list() == ["a", "b", "c"]
        assert frame.drop("record_id").n_unique() == 1


def test_texts_on_the_disk_give_the_same_as_texts_at_hand(tmp_path: Path) -> None:
    batch = cut_batches(take_inventory([str(RAW)], NO_SPOOL).distinct)[0]
    changed = SETTINGS.model_copy(
        update={
            "cleaning": CleaningSettings(language_detector="langdetect"),
            "signatures": SignatureSettings(bands=7),
        }
    )
    build_shards(batch, SETTINGS, tmp_path / "reused")
    build_shards(batch, changed, tmp_path / "reused")
    build_shards(batch, changed, tmp_path / "afresh")
    reused, afresh = (Shards.of([batch], changed, tmp_path / n) for n in ("reused", "afresh"))
    for name in FRAMES:
        assert reused.files(name)[0].read_bytes() == afresh.files(name)[0].read_bytes(), name


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        *((layer, f"{frame}.parquet") for layer, frames in LAYERS.items() for frame in frames),
        *((layer, "digests.json") for layer in LAYERS),
    ],
)
def test_a_shard_with_one_wrong_bit_is_rebuilt(tmp_path: Path, layer: str, name: str) -> None:
    batch = cut_batches(take_inventory([str(RAW)], NO_SPOOL).distinct, 1)[0]
    build_shards(batch, SETTINGS, tmp_path)
    file = tmp_path / layer_keys(batch, SETTINGS)[layer] / name
    written = file.read_bytes()
    middle = len(written) // 2
    file.write_bytes(written[:middle] + bytes([written[middle] ^ 1]) + written[middle + 1 :])
    assert missing_layers(batch, SETTINGS, tmp_path) == [layer]
    build_shards(batch, SETTINGS, tmp_path)
    assert file.read_bytes() == written
    assert missing_layers(batch, SETTINGS, tmp_path) == []


def test_prune_removes_what_no_build_needs(tmp_path: Path) -> None:
    for name in ("kept", "old", ".shard-killed"):
        (tmp_path / name).mkdir()
    prune(tmp_path, Shards(({"texts": tmp_path / "kept"},)))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        pytest.param(b"[link]\nText. |\n", [None], id="a good record"),
        pytest.param(b"[link]\n ![]() |\n", ["no text"], id="an empty record"),
        pytest.param(b"[link]\n\x01 ![]() |\n", [NOTHING_LEFT], id="only control characters"),
        pytest.param(b"An article.\n", ["unknown form"], id="an unknown form"),
        pytest.param(b"[link]\nText.\0 |\n", ["binary data"], id="NUL bytes"),
        pytest.param(b"", [], id="an empty file"),
        pytest.param(b"Welcome to ShortScience.org! |\n", [], id="a page without records"),
        pytest.param(
            b"[link]\n" + b"x" * 1_000_001 + b" |\n[link]\nText. |",
            ["longer than 1000000 bytes", None],
            id="a line without end, beside a good record",
        ),
    ],
)
def test_nothing_is_dropped(tmp_path: Path, content: bytes, reasons: list[str | None]) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes(content)
    frames = process(take_inventory([str(path)], NO_SPOOL).inputs, SETTINGS)
    records = frames["records"]
    assert records["reason"].to_list() == reasons
    for start, end, raw in records.select("byte_start", "byte_end", "raw").iter_rows():
        assert content[start:end].decode("latin-1") == raw
    assert len(frames["cleaned"]) == reasons.count(None)


def test_stray_bytes_are_read_as_windows_1252(tmp_path: Path) -> None:
    path = tmp_path / "dump.txt"
    path.write_bytes("[link]\nIt’s naïve: ".encode() + b"it\x92s caf\xe9 |\n")
    frames = process(take_inventory([str(path)], NO_SPOOL).inputs, SETTINGS)
    assert frames["sources"]["encoding"].to_list() == ["utf-8+windows-1252"]
    assert frames["cleaned"]["text"].to_list() == ["It’s naïve: it’s café"]


def test_a_parser_that_fails_costs_only_its_own_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shortscience.pipeline.sources import trafilatura_lines

    parse = trafilatura_lines.parse

    def fail_on_bad(data: bytes):
        if b"bad" in data:
            raise RuntimeError("unforeseen")
        return parse(data)

    monkeypatch.setattr(trafilatura_lines, "parse", fail_on_bad)
    (tmp_path / "bad.txt").write_text("[link]\nbad |\n")
    (tmp_path / "good.txt").write_text("[link]\ngood |\n")
    records = process(take_inventory([str(tmp_path)], NO_SPOOL).inputs, SETTINGS)["records"]
    assert records.filter(pl.col("reason").is_null())["raw"].to_list() == ["[link]\ngood |"]
    assert records["reason"].drop_nulls().to_list() == ["parser failed: unforeseen"]


@pytest.mark.parametrize(
    "where", ["pipeline.sources.trafilatura_lines.parse", "pipeline.sources.compression.bytes"]
)
def test_a_lack_of_memory_is_neither_damage_nor_a_failure_of_a_parser(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dump.txt").write_text("[link]\ngood |\n")
    inputs = take_inventory([str(tmp_path)], NO_SPOOL).inputs

    def lack(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(f"shortscience.{where}", lack, raising=False)
    with pytest.raises(MemoryError):
        process(inputs, SETTINGS)
