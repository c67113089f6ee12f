"""The steps of a build, each fed with what the steps before it left in a folder.

A step is a function of that folder and a clock that runs only while the pipeline's own code does.
The folder holds `raw/` (the dumps), `frames/` (records and cleaned text per batch, for the parts
of a batch's work), `shards/`, and what the steps over all records pass on.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.measuring import Clock
from shortscience.pipeline.cleaning.clean import clean
from shortscience.pipeline.cleaning.encoding import repair_all
from shortscience.pipeline.cleaning.language import detect_language
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.duplicates.find import find_copies
from shortscience.pipeline.duplicates.signatures import sign
from shortscience.pipeline.engines.local import LocalEngine
from shortscience.pipeline.extraction.addresses import Link, addresses
from shortscience.pipeline.extraction.citations import citations
from shortscience.pipeline.extraction.equations import equations
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.stage import Identified, identify
from shortscience.pipeline.parts import Parts
from shortscience.pipeline.recipe import Recipe
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.table_files import write_tables
from shortscience.pipeline.release.validation import load_great_expectations, validate
from shortscience.pipeline.release.write import write_metadata
from shortscience.pipeline.report.validation import write_validation
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import Batch, Shards, build_shards, cut_batches
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.reading import read_sources

Step = Callable[[Path, Clock], None]
SETTINGS = Settings()


def inventory(folder: Path, clock: Clock) -> None:
    """Find and hash the dumps, and cut them into batches."""
    with clock:
        found = take_inventory([str(folder / "raw")], folder / "spool")
        batches = cut_batches(found.distinct)
    _save(folder, "inventory", found)
    _save(folder, "batches", batches)


# The parts of a batch's work, one by one.


def sources(folder: Path, clock: Clock) -> None:
    """Parse the dumps into records."""
    (folder / "frames").mkdir()
    for number, batch in enumerate(_batches(folder)):
        with clock:
            _, records = read_sources(batch.inputs, SETTINGS.sources)
        records.write_ipc(folder / "frames" / f"records-{number:05}.arrow")


def cleaning(folder: Path, clock: Clock) -> None:
    """Run the whole cleaning stage."""
    for number, records in enumerate(_frames(folder, "records")):
        with clock:
            cleaned, _ = clean(records)
        cleaned.write_ipc(folder / "frames" / f"cleaned-{number:05}.arrow")


def encoding_repair(folder: Path, clock: Clock) -> None:
    """Find the texts that a repair could be about, and repair them."""
    for records in _frames(folder, "records"):
        bodies = records["body"].drop_nulls()
        with clock:
            repair_all(bodies.to_list())


def structure(folder: Path, clock: Clock) -> None:
    """Give flattened texts their blocks back."""
    for text in _texts(folder, "text"):
        with clock:
            _exhaust(map(restore, text))


def plain(folder: Path, clock: Clock) -> None:
    """Reduce Markdown to prose."""
    for text in _texts(folder, "markdown"):
        with clock:
            _exhaust(map(plain_text, text))


def language(folder: Path, clock: Clock) -> None:
    """Detect the language of prose; the detector's model is loaded on the way."""
    for text in _texts(folder, "plain_text"):
        with clock:
            _exhaust(detect_language(prose, SETTINGS.cleaning) for prose in text)


def extraction(folder: Path, clock: Clock) -> None:
    """Run the whole extraction stage."""
    for cleaned in _frames(folder, "cleaned"):
        with clock:
            extract(cleaned, map(scan, cleaned["text"]))


def scanning(folder: Path, clock: Clock) -> None:
    """Mark code, math and addresses."""
    for text in _texts(folder, "text"):
        with clock:
            _exhaust(map(scan, text))


def math(folder: Path, clock: Clock) -> None:
    """Read formulas and check their LaTeX."""
    for text in _texts(folder, "text"):
        scanned = [(each, scan(each)) for each in text]
        with clock:
            _exhaust(item for each, spans in scanned for item in equations(each, spans))


def links_and_images(folder: Path, clock: Clock) -> None:
    """Read addresses: links and images."""
    for text in _texts(folder, "text"):
        scanned = [(each, scan(each)) for each in text]
        with clock:
            _exhaust(item for each, spans in scanned for item in addresses(each, spans))


def citing(folder: Path, clock: Clock) -> None:
    """Find citations, mentions and reference lists."""
    for text in _texts(folder, "text"):
        scanned = [(each, scan(each)) for each in text]
        linked = [
            [item for item in addresses(each, spans) if isinstance(item, Link)]
            for each, spans in scanned
        ]
        with clock:
            _exhaust(
                citations(each, spans, links)
                for (each, spans), links in zip(scanned, linked, strict=True)
            )


def signatures(folder: Path, clock: Clock) -> None:
    """Sign texts for the search for copies."""
    for cleaned in _frames(folder, "cleaned"):
        with clock:
            sign(cleaned, SETTINGS.signatures)


# What a build does, in its order.


def shards(folder: Path, clock: Clock) -> None:
    """Do all the work of the batches, and write their shards."""
    batches, root = _batches(folder), folder / "shards"
    for batch in batches:
        with clock:
            build_shards(batch, SETTINGS, root)
    # A shard's name hashes the code, which may be edited before a later step asks for it.
    _save(folder, "shards", Shards.of(batches, SETTINGS, root))


def duplicates(folder: Path, clock: Clock) -> None:
    """Find the records that carry one summary."""
    built = _shards(folder)
    with clock:
        found = find_copies(built, None, SETTINGS, _engine(folder))
    _save(folder, "outcomes", found.outcomes)


def papers(folder: Path, clock: Clock) -> None:
    """Identify the papers that are summarised and cited."""
    built, outcomes = _shards(folder), _load(folder, "outcomes")
    engine = _engine(folder)
    tasks, n_parts = engine.tasks, engine.n_parts(len(outcomes))
    with clock:
        found = identify(built, outcomes, [], SETTINGS.papers, n_parts=n_parts, tasks=tasks)
    _save(folder, "papers", [part.fetch() for part in found])


def tables(folder: Path, clock: Clock) -> None:
    """Assemble the tables and write them as Parquet."""
    inputs = _load(folder, "inventory").distinct
    built, outcomes, staging = _shards(folder), _load(folder, "outcomes"), _staging(folder)
    engine = _engine(folder)
    tasks = engine.tasks
    found = Identified(*(Parts.of(parts, tasks) for parts in _load(folder, "papers")))
    with clock:
        write_tables(inputs, built, outcomes, found, staging, engine)


def validation(folder: Path, clock: Clock) -> None:
    """Run every expectation; Great Expectations is imported before, as a build does meanwhile."""
    load_great_expectations()
    with clock:
        outcome = validate(_staging(folder))
    _save(folder, "outcome", outcome)


def metadata(folder: Path, clock: Clock) -> None:
    """Write everything beside the Parquet files, and make the folder a release."""
    outcome, store = _load(folder, "outcome"), Store(folder / "out")
    recipe = Recipe(_load(folder, "inventory"), (), SETTINGS)
    with clock:
        write_validation(outcome.report, _staging(folder), store.validation(recipe.release_id))
        write_metadata(recipe, outcome, recipe.inventory.problems, _staging(folder))
        store.commit(_staging(folder), recipe.release_id)


# What was found, to be held against what was planted.


def count_found(folder: Path) -> dict[str, int]:
    """Return how many records are copies of each kind, were repaired, and hold math."""
    outcomes: pl.DataFrame = _load(folder, "outcomes")
    cleaned = _shards(folder).scan("cleaned").select(pl.col("repairs").list.len() > 0)
    relations = dict(outcomes["relation"].drop_nulls().value_counts().iter_rows())
    formulas = _shards(folder).scan("equations").select(pl.col("record_id").n_unique())
    return {
        "records": len(outcomes),
        **{kind: relations.get(kind, 0) for kind in ("exact", "near", "truncated")},
        "mojibake": int(cleaned.sum().collect().item()),
        "math": int(formulas.collect().item()),
    }


def failed_expectations(folder: Path) -> list[str]:
    """Return the expectations that the tables did not meet."""
    return [str(failure) for failure in _load(folder, "outcome").failed]


def _batches(folder: Path) -> list[Batch]:
    batches: list[Batch] = _load(folder, "batches")
    return batches


def _shards(folder: Path) -> Shards:
    built: Shards = _load(folder, "shards")
    return built


def _engine(folder: Path) -> LocalEngine:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return LocalEngine(1, scratch)


def _staging(folder: Path) -> Path:
    path = folder / "staging"
    path.mkdir(exist_ok=True)
    return path


def _frames(folder: Path, name: str) -> Iterator[pl.DataFrame]:
    for path in sorted((folder / "frames").glob(f"{name}-*.arrow")):
        yield pl.read_ipc(path)


def _texts(folder: Path, column: str) -> Iterator[list[str]]:
    for cleaned in _frames(folder, "cleaned"):
        yield cleaned[column].to_list()


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


def _save(folder: Path, name: str, value: object) -> None:
    with (folder / f"{name}.pickle").open("wb") as file:
        pickle.dump(value, file, protocol=5)


def _load(folder: Path, name: str) -> Any:
    with (folder / f"{name}.pickle").open("rb") as file:
        return pickle.load(file)
