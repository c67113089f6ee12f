"""Publishing over HTTP: the real client, a stand-in for the Hub, and all failures."""

import hashlib
import json
import logging
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi

from shortscience.pipeline.errors import DamagedError, PublishError, UnvalidatedError, UsageError
from shortscience.pipeline.publishing.news import HEADING, is_generated
from shortscience.pipeline.publishing.publish import Target, plan_publication, publish
from shortscience.pipeline.release.card_parts import Card, parse_card
from shortscience.pipeline.schema import TABLES
from tests.conftest import Shortscience
from tests.hub.publisher import publish_from
from tests.hub.server import PART_BYTES, STORAGE, TOKEN, Hub, running_hub
from tests.releases import Row, write_small_tables

REPO = "someone/shortscience"
CARD = "---\nlicense: unknown\n---\n\n# Summaries\n\n## Use\n\nLoad it: release {id}.\n"


LOST = "data/former/train-00000-of-00001.parquet"


def write_release(
    folder: Path, tables: dict[str, list[Row]], *, lost: bytes = b"", success: bool = True
) -> Path:
    """Write a small release, named after its contents, with all that publishing reads.

    `lost` is a table that later releases lack.
    """
    name = hashlib.sha256(repr((tables, lost)).encode()).hexdigest()[:16]
    release = folder / name
    write_small_tables(release, tables)
    files = {"README.md": CARD.format(id=name).encode()} | ({LOST: lost} if lost else {})
    files["validation.json"] = json.dumps({"success": success}).encode()
    for path, data in files.items():
        (release / path).parent.mkdir(parents=True, exist_ok=True)
        (release / path).write_bytes(data)
    manifest = {
        "release_id": name,
        "card": parse_card(CARD.format(id=name)).digests(),
        "files": {
            path: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for path, data in files_of(release).items()
        },
    }
    (release / "manifest.json").write_text(json.dumps(manifest))
    return release


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two releases in different folders: the second has lost a table and changed one."""
    kept = {"papers": [{"paper_id": "arxiv:1"}]}
    noise = "".join(hashlib.sha256(b"%d" % n).hexdigest() for n in range(PART_BYTES // 25))
    first, second = (
        [{"summary_id": "a", "paper_id": "arxiv:1", "text": text} for text in texts]
        for texts in (["first"], ["second", noise])
    )
    second[1]["summary_id"] = "b"
    return (
        write_release(tmp_path_factory.mktemp("first"), kept | {"summaries": first}, lost=b"lost"),
        write_release(tmp_path_factory.mktemp("second"), kept | {"summaries": second}),
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path_factory.mktemp("hub")) as hub:
        yield hub


@pytest.fixture
def hub(server: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """An empty hub without Xet, with short pauses between attempts."""
    server.forget()
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", True)
    # Not zero: pollers, such as Spark's connection, would take a whole core.
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.005)))
    return server


@pytest.fixture
def api(hub: Hub) -> HfApi:
    return HfApi(endpoint=hub.address, token=TOKEN)


def files_of(release: Path) -> dict[str, bytes]:
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }


def assert_holds(hub: Hub, release: Path, revision: str = "main") -> None:
    """Assert that a revision is exactly the release, except for the news section."""
    commit = hub.repos[REPO].find(revision)
    assert commit is not None
    there = {path: hub.bytes_of(blob) for path, blob in commit.tree.items()}
    assert there.pop(".gitattributes")
    card = parse_card(there["README.md"].decode())
    told = card.sections.get(HEADING)
    assert told is None or is_generated(told)
    rest = Card(card.front, {name: text for name, text in card.sections.items() if name != HEADING})
    there["README.md"] = rest.to_markdown().encode()
    assert there == files_of(release)


def test_a_release_is_one_commit_with_its_tag(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    done = publish(releases[0], Target(REPO), api)
    assert_holds(hub, releases[0])
    assert [commit.title for commit in hub.repos[REPO].history] == [
        f"Release {releases[0].name}",
        "initial commit",
    ]
    assert hub.repos[REPO].tags == {releases[0].name: done.commit}


def test_publishing_again_does_nothing(hub: Hub, api: HfApi, releases: tuple[Path, Path]) -> None:
    publish(releases[0], Target(REPO), api)
    before = len(hub.requests)
    again = publish(releases[0], Target(REPO), api)
    assert again.commit is None
    assert {request.split()[0] for request in hub.requests[before:]} == {"GET", "HEAD"}


def test_a_release_replaces_the_former_one_in_one_commit(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    first, second = releases
    publish(first, Target(REPO), api)
    hub.edit(REPO, {"LICENSE": b"by hand", "data/papers/stray.parquet": b"left by a tool"})
    done = publish(second, Target(REPO, tag="v2"), api)
    assert done.plan.deleted == (
        LOST,
        "data/papers/stray.parquet",
    )
    assert "data/papers/train-00000-of-00001.parquet" not in done.plan.changed
    assert hub.content(REPO, "LICENSE") == b"by hand"
    assert_holds(hub, first, revision=first.name)
    assert hub.repos[REPO].tags.keys() == {first.name, "v2"}


def test_rolling_back_is_publishing_the_former_release(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    for release in (*releases, releases[0]):
        publish(release, Target(REPO), api)
        assert_holds(hub, release)
    assert len(hub.repos[REPO].history) == 4


def test_a_dry_run_reports_and_changes_nothing(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    plan = plan_publication(releases[0], Target(REPO), api).plan
    assert (set(plan.added), plan.tag) == ({*files_of(releases[0])}, releases[0].name)
    assert hub.repos == {}


def test_a_pull_request_leaves_the_main_branch_and_is_opened_once(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    first, second = releases
    publish(first, Target(REPO), api)
    target = Target(REPO, create_pr=True)
    opened = publish(second, target, api)
    again = publish(second, target, api)
    assert opened.pull_request == again.pull_request == f"{opened.url}/discussions/1"
    assert again.commit is None
    assert_holds(hub, first)
    assert_holds(hub, second, revision="refs/pr/1")
    assert hub.repos[REPO].tags.keys() == {first.name}


@pytest.mark.parametrize("exists", [False, True], ids=["new", "existing"])
def test_a_repository_is_private_and_gated_before_the_first_upload(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], exists: bool
) -> None:
    if exists:
        hub.add_repo(REPO)
    publish(releases[0], Target(REPO, private=True, gated="manual"), api)
    assert (hub.repos[REPO].private, hub.repos[REPO].gated) == (True, "manual")
    asked = [request.split("?")[0] for request in hub.requests]
    commit = asked.index(f"POST /api/datasets/{REPO}/commit/main")
    assert asked.index(f"PUT /api/datasets/{REPO}/settings") < commit


def test_a_card_edited_on_the_hub_keeps_what_was_edited(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    first, second = releases
    publish(first, Target(REPO), api)
    card = hub.content(REPO, "README.md").decode()
    edited = card.replace("license: unknown", "license: cc-by-4.0\narxiv: '1'")
    hub.edit(REPO, {"README.md": (edited + "\n## Thanks\n\nTo all.\n").encode()})
    done = publish(second, Target(REPO), api)
    merged = hub.content(REPO, "README.md").decode()
    for part in ("license: cc-by-4.0", "arxiv: '1'", "## Thanks\n\nTo all.", second.name):
        assert part in merged
    assert f"Load it: release {first.name}" not in merged
    assert done.plan.kept_in_card == ("front.license", "front.arxiv", "## Thanks")
    assert publish(second, Target(REPO), api).commit is None


def test_the_card_lists_changes_since_the_replaced_release(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    first, second = releases
    publish(first, Target(REPO), api)
    assert HEADING not in hub.content(REPO, "README.md").decode()
    publish(second, Target(REPO), api)
    told = parse_card(hub.content(REPO, "README.md").decode()).sections
    assert [*told] == ["", "## Use", HEADING]
    assert f"release `{first.name}`" in told[HEADING]
    assert "| summaries | 1 | 2 | 1 | 0 | 1 |" in told[HEADING]
    assert "- summaries: `text` 1" in told[HEADING]
    assert publish(second, Target(REPO), api).commit is None
    publish(first, Target(REPO), api)
    assert "| summaries | 2 | 1 | 0 | 1 | 1 |" in hub.content(REPO, "README.md").decode()


def test_only_differing_tables_of_the_former_release_are_downloaded(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    publish(releases[0], Target(REPO), api)
    for release in releases:
        shutil.copytree(release, tmp_path / release.name)
    for folder, read in ((releases[1], {"summaries"}), (tmp_path / releases[1].name, set())):
        hub.requests.clear()
        plan_publication(folder, Target(REPO), api)
        asked = "".join(hub.requests)
        assert {name for name in TABLES if f"/data/{name}/" in asked} == read


def test_an_edited_news_section_stays(hub: Hub, api: HfApi, releases: tuple[Path, Path]) -> None:
    first, second = releases
    for release in releases:
        publish(release, Target(REPO), api)
    card = hub.content(REPO, "README.md").decode()
    hub.edit(REPO, {"README.md": card.replace("Compared with", "In short, against").encode()})
    done = publish(first, Target(REPO), api)
    assert HEADING in done.plan.kept_in_card
    assert f"In short, against release `{first.name}`" in hub.content(REPO, "README.md").decode()
    assert publish(second, Target(REPO), api).commit is not None


def test_an_incomparable_former_release_is_replaced(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    first, second = releases
    publish(first, Target(REPO), api)
    table = "data/summaries/train-00000-of-00001.parquet"
    hub.edit(REPO, {table: b"no Parquet"})
    publish(second, Target(REPO), api)
    assert_holds(hub, second)
    assert "cannot be compared" in hub.content(REPO, "README.md").decode()


def count_requests(hub: Hub, api: HfApi, releases: tuple[Path, Path]) -> int:
    hub.forget()
    publish(releases[0], Target(REPO), api)
    hub.requests.clear()
    publish(releases[1], Target(REPO), api)
    return len(hub.requests)


EVERY_FAULT = pytest.mark.parametrize(
    "fault",
    [
        pytest.param("throttled", marks=pytest.mark.long),
        pytest.param("failing", marks=pytest.mark.long),
        pytest.param("reset before", marks=pytest.mark.long),
        "reset after",
    ],
)


@EVERY_FAULT
def test_publishing_recovers_from_a_fault_at_any_request(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], fault: str
) -> None:
    first, second = releases
    for number in range(count_requests(hub, api, releases)):
        hub.forget()
        publish(first, Target(REPO), api)
        hub.requests.clear()
        hub.fault = (number, fault)
        publish(second, Target(REPO), api)
        assert_holds(hub, second)
        assert_holds(hub, second, revision=second.name)
        assert len(hub.repos[REPO].history) == 3, hub.requests[number]


@pytest.mark.long
@EVERY_FAULT
def test_a_permanent_fault_ends_in_one_sentence_and_the_next_call_resumes(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], fault: str
) -> None:
    first, second = releases
    for number in range(count_requests(hub, api, releases)):
        hub.forget()
        publish(first, Target(REPO), api)
        hub.requests.clear()
        hub.fault, hub.fault_lasts = (number, fault), True
        with pytest.raises(PublishError) as caught:
            publish(second, Target(REPO), api)
        assert_is_a_sentence(str(caught.value))
        for commit in hub.repos[REPO].history:
            assert_holds_a_release(hub, commit.oid, releases)
        hub.fault = None
        publish(second, Target(REPO), api)
        assert_holds(hub, second)
        assert len(hub.repos[REPO].history) == 3


def assert_is_a_sentence(told: str) -> None:
    assert told.startswith("The release was not published: ")
    assert told.endswith("publish again later.")
    assert "http" not in told
    assert "\n" not in told


def assert_holds_a_release(hub: Hub, revision: str, releases: tuple[Path, Path]) -> None:
    """Assert that a revision is empty or exactly one of the releases, never a half."""
    commit = hub.repos[REPO].find(revision)
    assert commit is not None
    if commit.tree.keys() == {".gitattributes"}:
        return
    name = json.loads(hub.bytes_of(commit.tree["manifest.json"]))["release_id"]
    assert_holds(hub, next(release for release in releases if release.name == name), revision)


@pytest.mark.parametrize(
    ("xet", "arrives"),
    [
        pytest.param(True, False, id="xet, unanswered"),
        pytest.param(True, True, id="xet, answered"),
        pytest.param(False, False, id="lfs, unanswered"),
        pytest.param(False, True, id="lfs, answered"),
    ],
)
@pytest.mark.long
def test_a_kill_at_any_request_leaves_a_whole_release_and_the_next_call_resumes(
    hub: Hub,
    api: HfApi,
    releases: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    xet: bool,
    arrives: bool,
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", not xet)
    first, second = releases
    for number in range(count_requests(hub, api, releases)):
        hub.forget()
        publish(first, Target(REPO), api)
        hub.requests.clear()
        if not arrives:
            hub.fault = (number, "reset before")
        kill_publisher_at(number, hub, second, tmp_path, xet=xet)
        for commit in hub.repos[REPO].history:
            assert_holds_a_release(hub, commit.oid, releases)
        hub.fault = None
        publish(second, Target(REPO), api)
        assert_holds(hub, second)
        assert_holds(hub, second, revision=second.name)
        assert len(hub.repos[REPO].history) == 3


def kill_publisher_at(number: int, hub: Hub, release: Path, scratch: Path, *, xet: bool) -> None:
    """Publish in another process, and kill it when its request with a number arrives."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.hub.publisher"])
    arguments = (hub.address, REPO, release, scratch)
    publisher = context.Process(target=publish_from, args=arguments, kwargs={"xet": xet})

    def kill(_request: str) -> None:
        if len(hub.requests) == number + 1:
            os.kill(publisher.pid or 0, signal.SIGKILL)

    hub.before = kill
    publisher.start()
    publisher.join(60)
    hub.before = lambda _request: None
    assert publisher.exitcode == -signal.SIGKILL


STORAGE_FAULTS = {
    "throttled": "the Hub's rate limit is reached; publish again later",
    "failing": r"the Hub failed \(500\); publish again later",
    "refusing": f"{REPO} does not exist, or your token has no access to it; check both",
    "reset before": "the (upload to the storage failed|Hub could not be reached); .* later",
}


@pytest.mark.parametrize("fault", STORAGE_FAULTS)
def test_a_failing_storage_is_reported_and_the_next_call_resumes(
    hub: Hub,
    api: HfApi,
    releases: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", False)
    first, second = releases
    publish(first, Target(REPO), api)
    hub.storage_fault = fault
    with pytest.raises(PublishError) as caught:
        publish(second, Target(REPO), api)
    told = f"The release was not published: {STORAGE_FAULTS[fault]}."
    assert re.fullmatch(told, str(caught.value))
    assert any(f"{STORAGE}/" in request for request in hub.requests)
    assert_holds(hub, first)

    def mend(request: str) -> None:
        if f"POST {STORAGE}/" in request:
            hub.storage_fault = None

    hub.before = mend if fault != "refusing" else hub.before
    hub.storage_fault = None if fault == "refusing" else fault
    publish(second, Target(REPO), api)
    assert_holds(hub, second)
    assert len(hub.repos[REPO].history) == 3


def test_a_concurrent_commit_is_kept(hub: Hub, api: HfApi, releases: tuple[Path, Path]) -> None:
    publish(releases[0], Target(REPO), api)

    def edit_once(request: str) -> None:
        if "/commit/main" in request:
            hub.before = lambda _request: None
            hub.edit(REPO, {"NOTES.md": b"written meanwhile"})

    hub.before = edit_once
    publish(releases[1], Target(REPO), api)
    assert hub.content(REPO, "NOTES.md") == b"written meanwhile"
    assert hub.repos[REPO].tags.keys() == {releases[0].name, releases[1].name}


def test_a_release_published_concurrently_is_not_overwritten(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], tmp_path: Path
) -> None:
    other = write_release(tmp_path, {"papers": [{"paper_id": "doi:1"}]})
    publish(releases[0], Target(REPO), api)

    def overtake(request: str) -> None:
        if "/commit/main" in request:
            hub.before = lambda _request: None
            hub.edit(REPO, {"manifest.json": (other / "manifest.json").read_bytes()})

    hub.before = overtake
    with pytest.raises(PublishError, match=rf"{other.name} was published .* in the meantime"):
        publish(releases[1], Target(REPO), api)
    assert hub.repos[REPO].history[0].title == "edit"


def test_a_long_retry_after_is_reported_and_not_waited_for(
    hub: Hub, api: HfApi, releases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.hub.server.RETRY_AFTER_SECONDS", 3000)

    def throttle(request: str) -> None:
        if "/commit/" in request:
            hub.fault = (len(hub.requests) - 1, "throttled")

    hub.before = throttle
    with pytest.raises(PublishError, match="publish again in 3000 seconds"):
        publish(releases[0], Target(REPO), api)


def test_only_an_intact_validated_release_is_published(
    hub: Hub, api: HfApi, tmp_path: Path
) -> None:
    failed = write_release(tmp_path, {"papers": [{"paper_id": "doi:1"}]}, success=False)
    with pytest.raises(UnvalidatedError, match="did not pass validation"):
        publish(failed, Target(REPO), api)
    damaged = write_release(tmp_path, {"papers": [{"paper_id": "doi:2"}]})
    (damaged / "data/papers/train-00000-of-00001.parquet").write_bytes(b"wrong")
    with pytest.raises(DamagedError, match=r"train-00000-of-00001.parquet has changed"):
        publish(damaged, Target(REPO), api)
    assert hub.requests == []


def test_a_tag_of_another_release_is_not_moved(
    hub: Hub, api: HfApi, releases: tuple[Path, Path]
) -> None:
    publish(releases[0], Target(REPO, tag="v1"), api)
    with pytest.raises(UsageError, match=r"v1 .* names another release"):
        publish(releases[1], Target(REPO, tag="v1"), api)
    assert_holds(hub, releases[0])


@pytest.mark.parametrize(
    ("repo", "token", "error", "words"),
    [
        pytest.param(REPO, "hf_ofSomebodyElse", PublishError, "has no access", id="no right"),
        pytest.param(REPO, None, UsageError, "set HF_TOKEN", id="no token"),
        pytest.param("a/b/c", TOKEN, UsageError, "OWNER/NAME", id="no repository's name"),
        pytest.param("a/b..c", TOKEN, PublishError, "owner/name", id="a name the Hub refuses"),
    ],
)
def test_a_refusal_is_reported(
    hub: Hub,
    releases: tuple[Path, Path],
    repo: str,
    token: str | None,
    error: type[Exception],
    words: str,
) -> None:
    api = HfApi(endpoint=hub.address, token=token)
    with pytest.raises(error, match=words):
        publish(releases[0], Target(repo), api)
    assert hub.repos == {}


def test_an_unreachable_hub_is_reported(hub: Hub, releases: tuple[Path, Path]) -> None:
    with pytest.raises(PublishError, match="could not be reached; publish again later"):
        publish(releases[0], Target(REPO), HfApi(endpoint="http://127.0.0.1:9", token=TOKEN))


def test_the_token_is_in_no_file_or_message(
    hub: Hub,
    api: HfApi,
    releases: tuple[Path, Path],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    told = []
    with caplog.at_level(logging.DEBUG):
        for number in range(12):
            hub.forget()
            hub.fault, hub.fault_lasts = (number, "failing"), True
            with pytest.raises(PublishError) as caught:
                publish(releases[0], Target(REPO), api)
            assert caught.value.__cause__ is None
            assert caught.value.__suppress_context__
            told.append(str(caught.value))
        hub.forget()
        publish(releases[0], Target(REPO), api)
    stored = b"".join(hub.objects.values()).decode("latin-1")
    for text in ("".join(told), caplog.text, *capfd.readouterr(), stored):
        assert TOKEN not in text


def test_xet_carries_the_large_files(
    hub: Hub,
    api: HfApi,
    releases: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_DISABLE_XET", False)
    for release in (*releases, releases[1]):
        publish(release, Target(REPO), api)
        assert_holds(hub, release)
    large = hub.repos[REPO].history[0].tree["data/summaries/train-00000-of-00001.parquet"]
    assert large["xet"]
    assert not any("/lfs/" in request for request in hub.requests)


def test_the_command_publishes_and_reports(
    hub: Hub, shortscience_process: Shortscience, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "HF_ENDPOINT", hub.address)
    monkeypatch.setitem(os.environ, "HF_TOKEN", TOKEN)
    planned = shortscience_process("publish", built, "--repo", REPO, "--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert "add  data/summaries/train-00000-of-00001.parquet" in planned.stdout
    assert "cannot be seen: it is not there yet, or it is private" in planned.stdout
    assert hub.repos == {}
    sent = shortscience_process("publish", built, "--repo", REPO, "--tag", "v1", "--json")
    assert sent.returncode == 0, sent.stderr
    assert json.loads(sent.stdout)["commit"] == hub.repos[REPO].tags["v1"]
    assert_holds(hub, built)
    again = shortscience_process("publish", built, "--repo", REPO, "--tag", "v1")
    assert again.stdout.endswith("already; no commit was made.\n")
    idle = shortscience_process("publish", built, "--repo", REPO, "--tag", "v1", "--dry-run")
    assert idle.stdout.endswith("already; nothing would change.\n")
    tagging = shortscience_process("publish", built, "--repo", REPO, "--tag", "v2", "--dry-run")
    assert tagging.stdout.endswith(": this was a dry run.\n")
    for done in (planned, sent, again):
        assert TOKEN not in done.stdout + done.stderr


def test_a_release_is_compared_with_a_published_one(
    hub: Hub,
    api: HfApi,
    shortscience_process: Shortscience,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(os.environ, "HF_ENDPOINT", hub.address)
    monkeypatch.setitem(os.environ, "HF_HOME", str(tmp_path))
    publish(built, Target(REPO), api)
    same = shortscience_process("diff", f"{REPO}@{built.name}", built, "--json")
    assert same.returncode == 0, same.stderr
    tables = json.loads(same.stdout)["tables"].values()
    assert [table["rows"][0] == table["rows"][1] > 0 for table in tables] == [True] * 8
    assert not any(table["added"]["count"] or table["changed"] for table in tables)
    missing = shortscience_process("diff", f"{REPO}@v9", built)
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert f"{REPO}@v9 does not exist" in missing.stderr


def test_the_command_reports_errors_in_one_sentence(
    hub: Hub, shortscience_process: Shortscience, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "HF_ENDPOINT", hub.address)
    monkeypatch.setitem(os.environ, "HF_TOKEN", "hf_ofSomebodyElse")
    refused = shortscience_process("publish", built, "--repo", REPO)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "check both" in refused.stderr
