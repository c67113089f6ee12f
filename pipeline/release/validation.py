"""Running the suites on the written Parquet files, before anything is released."""

import json
import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

from shortscience.pipeline.ahead import ahead
from shortscience.pipeline.errors import FailedExpectation
from shortscience.pipeline.importing import deferred, hidden
from shortscience.pipeline.release.checks import check_frames
from shortscience.pipeline.release.suite_files import Expectation, load_suite
from shortscience.pipeline.schema import Table

_EXAMPLES = 5


@dataclass(frozen=True)
class SuiteResults:
    """The results of all suites; `report` is the content of `validation.json`."""

    report: dict[str, Any]
    failed: tuple[FailedExpectation, ...]


def load_great_expectations() -> ModuleType:
    """Import Great Expectations, which takes a second."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    # It imports all engines and stores that it can, and only pandas is needed here. The others are
    # slow to import, and Spark warns about pandas 3, and exits the process (Spark 4.3) if that was
    # started with `python -c`, as workers are. What draws charts and tests distributions takes as
    # long as all the rest.
    with (
        hidden("pyspark", "sqlalchemy", "boto3", "botocore"),
        deferred("altair", "scipy.stats"),
    ):
        import great_expectations
        from tqdm import tqdm

    # Its lock is for several processes, and stays behind if this one is killed.
    tqdm.set_lock(threading.RLock())
    return great_expectations


def validate(release: Path) -> SuiteResults:
    """Validate the tables of a release or a staging folder."""
    frames = ahead(check_frames(release))
    tables = {table.name: validate_table(frame, table) for table, frame in frames}
    failed = tuple(
        failure for name, result in tables.items() for failure in _failures(result, name)
    )
    return SuiteResults({"success": not failed, "tables": tables}, failed)


def validate_table(frame: pl.DataFrame, table: Table) -> dict[str, Any]:
    """Run the suite of a table on a frame of `check_frames`; return its part of the report."""
    suite = load_suite(table.name)
    allowing = [_allowing_one(expectation, len(frame)) for expectation in suite]
    return _describe(_run_suite(frame, table, allowing), suite, table)


def _allowing_one(expectation: Expectation, n_rows: int) -> Expectation:
    """Let an expectation that a share of rows may miss be missed by one row of any table."""
    kwargs = expectation["kwargs"]
    if "mostly" not in kwargs or not n_rows:
        return expectation
    return expectation | {"kwargs": kwargs | {"mostly": min(kwargs["mostly"], 1 - 1 / n_rows)}}


def _run_suite(frame: pl.DataFrame, table: Table, suite: list[Expectation]) -> Any:
    gx = load_great_expectations()
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("release").add_dataframe_asset(table.name)
    batch = asset.add_batch_definition_whole_dataframe("written").get_batch(
        {"dataframe": frame.to_pandas()}
    )
    result = batch.validate(
        gx.ExpectationSuite(name=table.name, expectations=suite), result_format="BASIC"
    )
    # Finding the failing rows takes half of the time, so it is done only for failures.
    doubtful = {item.expectation_config.id for item in result.results if _is_doubtful(item)}
    if doubtful:
        some = [item for item in suite if item["id"] in doubtful]
        named = batch.validate(
            gx.ExpectationSuite(name=table.name, expectations=some),
            result_format={
                "result_format": "SUMMARY",
                "unexpected_index_column_names": list(table.key),
                "partial_unexpected_count": _EXAMPLES,
            },
        )
        by_id = {item.expectation_config.id: item for item in named.results}
        result.results = [by_id.get(item.expectation_config.id, item) for item in result.results]
    return result


def _is_doubtful(result: Any) -> bool:
    return not result.success or bool(result.result.get("unexpected_count"))


def _describe(result: Any, suite: list[Expectation], table: Table) -> dict[str, Any]:
    """Reduce a result to its reproducible fields, in the order of the suite."""
    by_id = {item.expectation_config.id: item for item in result.results}
    return {
        "success": bool(result.success),
        "expectations": [_describe_one(item, by_id[item["id"]], table) for item in suite],
    }


def _describe_one(expectation: Expectation, result: Any, table: Table) -> dict[str, Any]:
    outcome = json.loads(json.dumps(result.to_json_dict()["result"]))
    rows = outcome.get("partial_unexpected_index_list") or []
    described = {
        "type": expectation["type"],
        "kwargs": expectation["kwargs"],
        "why": expectation["meta"].get("why", ""),
        "success": bool(result.success),
        "checked": outcome.get("element_count", outcome.get("observed_value")),
        "unexpected": outcome.get("unexpected_count", 0 if result.success else None),
        "examples": ["/".join(str(row[key]) for key in table.key) for row in rows],
    }
    if not outcome:
        described["error"] = f"could not be evaluated: {_error(result)}"
    return described


def _error(result: Any) -> str:
    info = result.exception_info
    infos = [info] if "exception_message" in info else list(info.values())
    return str(infos[0].get("exception_message")) if infos else "no result"


def _failures(described: dict[str, Any], table: str) -> list[FailedExpectation]:
    return [
        FailedExpectation(
            table,
            item["kwargs"].get("column", ""),
            item.get("error") or f"{item['type']} ({item['why']})",
            item["unexpected"] or 0,
            tuple(item["examples"]),
        )
        for item in described["expectations"]
        if not item["success"]
    ]
