"""The flows, against a real Prefect server."""

import contextlib
import errno
import itertools
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pydantic
import pytest
from huggingface_hub import HfApi
from prefect.artifacts import Artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.testing.utilities import prefect_test_harness

import shortscience.flows.publish_dataset as publish_module
from shortscience.flows.build_dataset import build_dataset
from shortscience.flows.notification import ADDRESSES
from shortscience.flows.publish_dataset import publish_dataset
from shortscience.pipeline import shards
from shortscience.pipeline.build import BuildResult
from shortscience.pipeline.errors import BusyError, LostFormError, PublishError, ValidationError
from shortscience.pipeline.parameters import BuildParameters, PublishParameters
from shortscience.pipeline.release.parquet import read_table
from shortscience.pipeline.release.store import Store
from shortscience.pipeline.release.suite_files import EXPECTATIONS
from shortscience.pipeline.release.validation import SuiteResults, validate
from shortscience.pipeline.release.validator import Validator
from shortscience.pipeline.settings import CleaningSettings, DuplicateSettings, Settings
from shortscience.pipeline.sources.inputs import take_inventory
from tests.conftest import NO_SPOOL, RAW, differing
from tests.hub.server import TOKEN, Hub, running_hub
from tests.installation import Inbox

pytestmark = pytest.mark.server
REPO = "someone/shortscience"


@pytest.fixture(scope="module", autouse=True)
def server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=180):
        yield


def parameters(out: Path, **more: object) -> BuildParameters:
    return BuildParameters.model_validate({"raw": [str(RAW)], "out": str(out), "workers": 1} | more)


def evidence_of(out: Path) -> dict[str, set[str]]:
    """The releases that have evidence for their copies and for their papers."""
    return {
        name: {path.name for path in (out / name).iterdir()} for name in ("duplicates", "papers")
    }


@pytest.fixture
def released(built: Path, tmp_path: Path) -> Path:
    """An output folder that holds the sample release."""
    out = tmp_path / "processed"
    shutil.copytree(built.parents[1], out, symlinks=True)
    return out


def run(build: BuildParameters) -> tuple[State[BuildResult], FlowRun]:
    state = build_dataset(build, return_state=True)
    with get_client(sync_client=True) as client:
        return state, client.read_flow_run(state.state_details.flow_run_id)


def tasks(flow_run: FlowRun) -> list[TaskRun]:
    with get_client(sync_client=True) as client:
        return client.read_task_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
        )


def task_states(flow_run: FlowRun) -> dict[str, list[str]]:
    """Names of the final states of a run's tasks, by task."""
    states: dict[str, list[str]] = {}
    for task_run in tasks(flow_run):
        name = task_run.task_key.rsplit("-", 1)[0]
        states.setdefault(name, []).append(task_run.state_name or "")
    return states


FEED = """<?xml version="1.0"?>
<rss xmlns:shortscience="http://www.shortscience.org" version="2.0">
<channel><title>ShortScience.org Latest Summaries</title>
<item><title>A Study of Ferns</title><link>http://www.shortscience.org/paper?bibtexKey=x&a=y</link>
<description>Ferns unroll by water pressure alone, which the authors measure.</description></item>
</channel></rss>
"""


def test_a_form_that_stops_giving_records_stops_the_build(tmp_path: Path) -> None:
    feed, out = tmp_path / "dumps" / "feed.xml", tmp_path / "out"
    shutil.copytree(RAW, feed.parent)
    feed.write_text(FEED)
    build = parameters(out, raw=[str(feed.parent)])
    state, _ = run(build)
    assert state.result()["tables"]["sources"] == 1 + len(list(RAW.iterdir()))
    latest = (out / "latest").readlink()
    feed.write_text(FEED.replace("item>", "entry>"))
    state, _ = run(build)
    with pytest.raises(LostFormError, match=r"rss dumps, which gave 1 .*--allow-empty rss"):
        state.result()
    assert (out / "latest").readlink() == latest
    assert evidence_of(out) == {"duplicates": {latest.name}, "papers": {latest.name}}
    state, _ = run(build.model_copy(update={"allow_empty": ["rss"]}))
    assert state.is_completed()
    assert (out / "latest").readlink() != latest


@pytest.mark.parametrize(("keep", "pruned"), [(None, 0), (1, 1)], ids=["kept", "pruned"])
def test_a_build_shows_changes_since_the_former_release(
    released: Path, built: Path, keep: int | None, pruned: int
) -> None:
    new = released.parent / "new.txt"
    new.write_text("[link]\nA summary that no release has had so far, of a paper on ferns. |\n")
    state, flow_run = run(parameters(released, raw=[str(RAW), str(new)], keep=keep))
    result = state.result()
    assert result["pruned"] == [built.name][:pruned]
    assert result["former"] == (None if pruned else str(released / "releases" / built.name))
    assert task_states(flow_run)["show_difference"] == ["Completed"]
    artifact = Artifact.get("difference")
    assert artifact is not None
    assert f"From release {built.name} to {result['release_id']}" in str(artifact.data)
    assert re.search(r"\| summaries \| (\d+) \| \d+ \| 1 \| 0 \| 0 \|", str(artifact.data))


def test_an_incomparable_former_release_does_not_fail_the_build(released: Path) -> None:
    former = (released / "latest").resolve()
    (former / "data" / "links" / "train-00000-of-00001.parquet").write_bytes(b"damaged")
    some = sorted(RAW.iterdir())[:1]
    state, _ = run(parameters(released, raw=[str(some[0])], allow_empty=["extracted-text"]))
    assert state.is_completed()
    assert (released / "latest").resolve().name == state.result()["release_id"]


def test_a_build_against_an_earlier_release_has_only_new_summaries(
    built: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.txt"
    new.write_text("[link]\nA summary that no release has had so far, of a paper on ferns. |\n")
    some = sorted(RAW.iterdir())[0]
    build = parameters(tmp_path / "out", raw=[str(new), str(some)], against=str(built))
    state, _ = run(build)
    result = state.result()
    assert result["tables"]["summaries"] == 1
    assert result["records"]["kept"] == 1
    assert any("are already in the earlier release" in notice for notice in result["notices"])
    records = read_table(Path(result["release"]), "records").filter(pl.col("status") == "rejected")
    known = records.filter(
        pl.col("reason").str.contains("copy of a summary of the earlier release")
    )
    assert known.height
    assert known["earlier_summary_id"].null_count() == 0
    assert set(known["earlier_summary_id"]) <= set(read_table(built, "summaries")["summary_id"])


def test_workers_and_batches_do_not_change_a_byte(built: Path, tmp_path: Path) -> None:
    build = parameters(tmp_path, raw=[str(path) for path in sorted(RAW.iterdir())[::-1]])
    state, flow_run = run(build.model_copy(update={"workers": 2, "batch_bytes": 10_000}))
    result = state.result()
    assert result["release_id"] == built.name
    assert differing(built, Path(result["release"])) == []
    assert len(task_states(flow_run)["process_batch"]) > 3


def test_unchanged_input_is_a_no_op(released: Path, built: Path) -> None:
    state, flow_run = run(parameters(released))
    assert state.result()["unchanged"]
    assert "process_batch" not in task_states(flow_run)
    assert (released / "latest").resolve().name == built.name


def test_unchanged_batches_are_not_computed_twice(released: Path, built: Path) -> None:
    again = Settings(duplicates=DuplicateSettings(near_threshold=0.99))
    state, flow_run = run(parameters(released, settings=again))
    result = state.result()
    assert result["release_id"] != built.name
    assert set(task_states(flow_run)["process_batch"]) == {"Cached"}
    assert result["records"]["kept"] > 56, "near copies below the threshold are kept now"


def test_progress_and_results_show_up_as_artifacts(released: Path) -> None:
    shutil.rmtree((released / "latest").resolve())
    run(parameters(released))
    names = ("batches", "release", "stages", "validation")
    artifacts = {key: Artifact.get(key) for key in names}
    assert {key: found.type for key, found in artifacts.items() if found} == {
        "batches": "progress",
        "release": "table",
        "stages": "table",
        "validation": "markdown",
    }
    assert artifacts["batches"].data == 100
    assert {"table": "summaries", "rows": 56} in json.loads(artifacts["release"].data)
    assert "76 records read (18 duplicate, 56 kept, 2 rejected)" in artifacts["release"].description
    stages = {row["stage"]: row for row in json.loads(artifacts["stages"].data)}
    assert {"reading inputs", "cleaning and extracting", "releasing"} <= stages.keys()
    assert all(row["records/s"] > 0 for row in stages.values())
    assert "Every expectation was met" in artifacts["validation"].data


def test_the_final_state_summarises_the_build(released: Path) -> None:
    state, flow_run = run(parameters(released))
    assert flow_run.state
    assert flow_run.state.message == state.message
    assert re.match(r"Release \w{16} was there already: 76 records read", state.message or "")


@pytest.mark.parametrize(
    ("error", "told"), [(KeyboardInterrupt(), []), (BusyError("busy"), ["failure"])]
)
def test_failures_and_crashes_send_notifications_and_cancellations_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, told: list[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("shortscience.flows.build_dataset.run_build", fail)
    with Inbox() as inbox:
        monkeypatch.setenv(ADDRESSES, inbox.address)
        with pytest.raises(type(error)):
            build_dataset(parameters(tmp_path))
    assert [notice["type"] for notice in inbox.posted] == told


def test_a_changed_detector_reuses_the_texts_and_says_so(released: Path) -> None:
    again = Settings(cleaning=CleaningSettings(language_max_chars=201))
    _, flow_run = run(parameters(released, settings=again))
    (batch,) = (task for task in tasks(flow_run) if task.name.startswith("batch "))
    first = min(take_inventory([str(RAW)], NO_SPOOL).distinct, key=lambda item: item.source_id)
    more = len(list(RAW.iterdir())) - 1
    assert batch.name == f"batch 1 of 1: {first.name} and {more} more"
    assert batch.state
    assert batch.state.message == "made languages; reused texts, signatures"


class HereValidator(Validator):
    """Validates in this process, as another one would read the project's suites."""

    def start(self) -> None:
        """Do nothing: there is no process."""

    def __call__(self, release: Path) -> SuiteResults:
        """Run all suites."""
        return validate(release)


@pytest.fixture
def impossible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suite with an expectation that the sample data cannot meet."""
    suites = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, suites)
    suite = json.loads((suites / "summaries.json").read_text())
    suite["expectations"].append(
        {
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {"column": "language", "value_set": ["en"]},
            "meta": {"why": "Only English, for once.", "added_by_hand": True},
            "id": "00000000-0000-0000-0000-000000000001",
        }
    )
    (suites / "summaries.json").write_text(json.dumps(suite))
    monkeypatch.setattr("shortscience.pipeline.release.suite_files.EXPECTATIONS", suites)
    monkeypatch.setattr(
        "shortscience.pipeline.build.validator", lambda: contextlib.nullcontext(HereValidator())
    )


@pytest.mark.usefixtures("impossible")
def test_a_failed_expectation_fails_the_run_with_its_reason(released: Path, built: Path) -> None:
    # With unchanged inputs, a release that met other expectations is still another release.
    state, flow_run = run(parameters(released))
    assert flow_run.state_name == "Failed"
    with pytest.raises(ValidationError) as caught:
        state.result()
    sentence = str(caught.value)
    assert "summaries.language" in sentence
    assert "Only English, for once." in sentence
    assert "on 2 rows" in sentence
    assert sentence in (flow_run.state.message if flow_run.state else "")
    assert (released / "latest").resolve().name == built.name
    assert len(list((released / "releases").iterdir())) == 1
    assert not list((released / ".work").glob("release-*"))
    assert evidence_of(released) == {"duplicates": {built.name}, "papers": {built.name}}
    page = Path(caught.value.report)
    assert "Only English, for once." in page.read_text()


def test_a_second_build_on_the_same_folder_fails_at_once(released: Path) -> None:
    with Store(released).locked():
        state, _ = run(parameters(released))
    with pytest.raises(BusyError, match="Another build"):
        state.result()


@pytest.mark.parametrize(
    ("code", "helps"),
    [
        pytest.param(errno.EIO, True, id="a disk that did not answer"),
        pytest.param(errno.ENOSPC, False, id="a full disk"),
    ],
)
def test_retries_only_where_a_retry_can_help(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, helps: bool
) -> None:
    build_shards = shards.build_shards
    calls = []

    def fail_once(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise OSError(code, os.strerror(code))
        build_shards(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(shards, "build_shards", fail_once)
    state, _ = run(parameters(tmp_path))
    assert state.is_completed() == helps
    assert len(calls) == (2 if helps else 1)


def test_the_clock_does_not_affect_the_bytes(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, seconds in zip(released.rglob("*"), itertools.cycle((0, 4e9)), strict=False):
        os.utime(path, (seconds, seconds), follow_symlinks=False)  # 1970, or 2096
    again = Settings(duplicates=DuplicateSettings(near_threshold=0.99))
    state, _ = run(parameters(tmp_path / "afresh", settings=again))
    now, jumps = time.time, itertools.cycle((-86_400, 0, 86_400))
    monkeypatch.setattr(time, "time", lambda: now() + next(jumps))
    jumped, flow_run = run(parameters(released, settings=again, keep=1))
    assert differing(Path(state.result()["release"]), released / "latest") == []
    assert set(task_states(flow_run)["process_batch"]) == {"Cached"}
    assert len(jumped.result()["pruned"]) == 1


@pytest.mark.parametrize("size", ["500k", "700k"], ids=["in the shards", "in the tables"])
def test_a_full_disk_leaves_the_former_release(built: Path, tmp_path: Path, size: str) -> None:
    out = tmp_path / "small"
    out.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(out)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.decode().strip()}")
    try:
        shutil.copytree(built.parents[1] / "releases", out / "releases")
        (out / "latest").symlink_to(Path("releases") / built.name)
        other = Settings(duplicates=DuplicateSettings(near_threshold=0.99))
        state, _ = run(parameters(out, settings=other))
        with pytest.raises(OSError, match="space") as caught:
            state.result()
        assert str(caught.value.filename).startswith(str(out))
        assert (out / "latest" / "manifest.json").exists()
        assert not list((out / ".work").glob("release-*"))
    finally:
        subprocess.run(["umount", "--lazy", str(out)], check=True)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A stand-in for the Hugging Face Hub."""
    with running_hub(tmp_path) as hub:
        monkeypatch.setattr(
            publish_module, "connect", lambda: HfApi(endpoint=hub.address, token=TOKEN)
        )
        yield hub


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_publishes_and_leaves_an_artifact(hub: Hub, built: Path, dry_run: bool) -> None:
    result = publish_dataset(PublishParameters(repo=REPO, dataset=str(built), dry_run=dry_run))
    assert dry_run or result["commit"] == hub.repos[REPO].tags[built.name]
    artifact = Artifact.get("publication")
    assert artifact is not None
    assert ("nothing was sent" in str(artifact.data)) == dry_run == (REPO not in hub.repos)
    assert "| added | `data/summaries/train-00000-of-00001.parquet` |" in str(artifact.data)
    assert TOKEN not in str(artifact.data)


def test_a_run_that_is_refused_fails_in_one_sentence_without_the_token(
    hub: Hub, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TOKEN + "ofSomebodyElse"
    monkeypatch.setattr(publish_module, "connect", lambda: HfApi(hub.address, token=other))
    state = publish_dataset(PublishParameters(repo=REPO, dataset=str(built)), return_state=True)
    assert state.is_failed()
    with pytest.raises(PublishError, match="has no access"):
        state.result()
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
    assert TOKEN not in json.dumps(run.model_dump(mode="json"))


@pytest.mark.parametrize("repo", ["", "name", "a/b/c", "a b/c"])
def test_an_invalid_repository_name_is_refused_before_the_run(repo: str) -> None:
    with pytest.raises(pydantic.ValidationError):
        PublishParameters(repo=repo)
