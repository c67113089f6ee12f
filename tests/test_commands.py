"""The command line: help, errors and robustness."""

import errno
import json
import os
import re
import shutil
import socket
from pathlib import Path

import polars as pl
import pytest

import shortscience as library
from shortscience.commands.main import cli
from shortscience.pipeline.errors import UsageError
from shortscience.pipeline.release.explain import explain
from shortscience.pipeline.release.parquet import read_table
from shortscience.pipeline.settings import DuplicateSettings, Settings
from tests.conftest import PROJECT, RAW, Shortscience
from tests.releases import write_small_tables


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        pytest.param(["build", "--bogus"], "--bogus", id="unknown option"),
        pytest.param(["bild"], "bild", id="unknown command"),
        pytest.param(["build", "nowhere"], "nowhere", id="input that does not exist"),
        pytest.param(["build", "{tmp}/empty"], "empty", id="an empty folder"),
        pytest.param(["build", "{tmp}/*.wet"], "*.wet", id="a pattern without a match"),
        pytest.param(["build", "--out", "{tmp}/file"], "file", id="output that is a file"),
        pytest.param(["build", "--out", "{tmp}/file/x"], "file", id="output below a file"),
        pytest.param(["build", "--out"], "`shortscience build --help`", id="no output"),
        pytest.param(["build", "--out", ""], "out", id="an empty output"),
        pytest.param(["build", ""], "raw.0", id="an empty input"),
        pytest.param(["--version=1"], "`shortscience --help`", id="a value too many"),
        pytest.param(["build", "--workers", "0"], "--workers", id="no workers"),
        pytest.param(["build", "--engine", "abacus"], "abacus", id="unknown engine"),
        pytest.param(["build", "--bibliography", "nope.bib"], "nope.bib", id="no bibliography"),
        pytest.param(["build", "--catalogue", "nope.parquet"], "nope.parquet", id="no catalogue"),
        pytest.param(
            ["build", "--catalogue", "{tmp}/file", "--out", "{tmp}"], "damaged", id="bad catalogue"
        ),
        pytest.param(
            ["build", "--catalogue", "{tmp}/file", "--no-catalogue"], "not both", id="and without"
        ),
        pytest.param(["catalogue", "{tmp}", "--out", "x"], "build", id="a catalogue of no release"),
        pytest.param(["build", "--allow-empty", "pdf"], "pdf", id="no form of dumps"),
        pytest.param(["build", "--licence", "All Mine"], "cc-by-nc-sa-4.0", id="no licence's name"),
        pytest.param(["build", "--against", "nowhere"], "nowhere", id="no earlier release"),
        pytest.param(["duplicates", "{tmp}", "--threshold", "0.9"], "build", id="not a release"),
        pytest.param(["publish", "{tmp}", "--repo", "a/b"], "build", id="no release to publish"),
        pytest.param(["publish", "{built}", "--repo", "name"], "OWNER/NAME", id="no owner"),
        pytest.param(["diff", "{tmp}", "{tmp}"], "build", id="no release to compare"),
        pytest.param(
            ["diff", "{built}", "{built}", "--html", "{tmp}/file"], "another folder", id="no page"
        ),
        pytest.param(
            ["report", "{built}", "--out", "{tmp}/file/x"], "file is a file", id="below a file"
        ),
        pytest.param(["report", "{store}"], "{store}/latest", id="all releases at once"),
        pytest.param(["publish"], "--repo", id="no repository"),
        pytest.param(["report", "{tmp}"], "build", id="a report of what is no release"),
        pytest.param(["explain", "0000"], "latest", id="no dataset", marks=[]),
    ],
)
def test_a_wrong_call_gives_one_sentence_and_status_2(
    shortscience: Shortscience, built: Path, tmp_path: Path, arguments: list[str], names: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    places = {"tmp": tmp_path, "built": built, "store": built.parents[1]}
    filled = [argument.format_map(places) for argument in arguments]
    done = shortscience(*filled, cwd=tmp_path if "explain" in arguments else PROJECT)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("shortscience: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert names.format_map(places) in done.stderr


def test_a_call_without_a_command_shows_the_help(shortscience: Shortscience) -> None:
    done = shortscience()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == shortscience("--help").stdout


FULL = OSError(errno.ENOSPC, "No space left on device", "/data")


@pytest.mark.parametrize(
    ("command", "error", "says"),
    [
        ("build", FULL, "device (/data); nothing was released; mend that and build again."),
        ("explain", FULL, "device (/data); mend that and call again."),
        ("build", MemoryError(), "and nothing was released; build again with fewer --workers"),
        ("explain", MemoryError(), "Memory ran out; call again with more memory."),
    ],
)
def test_what_the_machine_lacks_is_told_in_one_sentence(
    shortscience: Shortscience,
    built: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    error: Exception,
    says: str,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("shortscience.pipeline.build.build", fail)
    monkeypatch.setattr("shortscience.pipeline.release.explain.explain", fail)
    arguments = {"build": [RAW], "explain": ["0000", "--dataset", built]}[command]
    done = shortscience(command, *arguments)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert says in done.stderr


@pytest.mark.parametrize(
    ("command", "step", "says"),
    [
        ("build", "build._make", "({out}); nothing was released; mend that and build again."),
        ("report", "report.write._write_data", "({out.parent}); mend that and call again."),
    ],
)
def test_a_full_disk_is_told_where_polars_writes(
    shortscience: Shortscience,
    built: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    step: str,
    says: str,
) -> None:
    (tmp_path / "full").symlink_to("/dev/full")

    def fail(*_: object) -> None:
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "full")

    monkeypatch.setattr(f"shortscience.pipeline.{step}", fail)
    out = tmp_path / "out"
    done = shortscience(command, RAW if command == "build" else built, "--out", out)
    assert done.returncode == 1
    assert done.stderr == f"shortscience: No space left on device {says.format(out=out)}\n"


@pytest.mark.parametrize("user", ["", "ann:secret@"], ids=["open", "with a password"])
def test_a_prefect_server_that_does_not_answer_is_named(
    shortscience_process: Shortscience, tmp_path: Path, user: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}/api"
    done = shortscience_process(
        *("build", RAW, "--out", tmp_path / "out"),
        PREFECT_API_URL=f"http://{user}{place}",
        PREFECT_HOME=str(tmp_path / "prefect"),
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"shortscience: No Prefect server answers at http://{place} (")
    assert done.stderr.endswith("; start it, or unset PREFECT_API_URL to build without one.\n")
    assert done.stderr.count("\n") == 1, done.stderr


REQUIRED = {
    "explain": ["0000"],
    "duplicates": ["--threshold", "0.9"],
    "diff": ["old", "new"],
    "catalogue": ["--out", "known.parquet"],
    "publish": ["--repo", "you/shortscience"],
}


@pytest.mark.parametrize("command", cli.commands)
@pytest.mark.parametrize("verbose", ["-v", "--verbose"])
def test_every_command_shows_the_traceback_of_an_unexpected_error(
    shortscience: Shortscience, monkeypatch: pytest.MonkeyPatch, command: str, verbose: str
) -> None:
    def fail(**_: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(cli.commands[command], "callback", fail)
    call = [command, *REQUIRED.get(command, [])]
    done = shortscience(*call)
    assert (done.returncode, done.stderr.count("\n")) == (70, 1)
    assert "report it with --verbose" in done.stderr
    with pytest.raises(KeyError, match="unforeseen"):
        shortscience(*call, verbose)


@pytest.mark.parametrize(
    "command",
    [[], ["build"], ["explain"], ["duplicates"], ["diff"], ["report"], ["publish"], ["catalogue"]],
    ids=lambda names: " ".join(names),
)
def test_help_has_examples(shortscience: Shortscience, command: list[str]) -> None:
    done = shortscience(*command, "--help")
    assert done.returncode == 0
    assert re.search(r"Examples:|Start with", done.stdout)


BAD_DUMPS = {
    "broken.txt": "Welcome to ShortScience.org! |\n[link]\nA page that breaks off in the middle of",
    "empty.txt": "",
    "latin.txt": b"[link]\nCaf\xe9 society and its networks, reviewed at length. |\n",
    "long.txt": b"[link]\n" + b"x" * (2 << 20) + b" |\n",
    "no_records.txt": "![]() |\nWelcome to ShortScience.org! |\n",
    "no_text.txt": "Welcome to ShortScience.org! |\n[link]\n |\n",
    "nul.txt": b"\0" * 1000,
    "unknown.txt": "A shopping list: milk, bread.\n",
}


def test_bad_dumps_are_reported_and_do_not_stop_the_build(
    shortscience: Shortscience, tmp_path: Path
) -> None:
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    (dumps / "good.txt").write_text("[link]\nA good summary of a good paper about networks. |\n")
    for name, content in BAD_DUMPS.items():
        (dumps / name).write_bytes(content.encode() if isinstance(content, str) else content)
    done = shortscience("build", dumps, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["records"] == {"kept": 3, "rejected": 4}
    told = {notice.partition(":")[0]: notice for notice in result["notices"]}
    assert told.keys() == BAD_DUMPS.keys() - {"broken.txt"}
    for name, words in {
        "empty.txt": "is empty",
        "latin.txt": "not valid UTF-8",
        "long.txt": "longer than 1000000 bytes",
        "no_records.txt": "holds no records",
        "no_text.txt": "no text",
        "nul.txt": "binary data",
        "unknown.txt": "unknown form",
    }.items():
        assert words in told[name]
        assert told[name].endswith(".")
    release = Path(result["release"])
    texts = read_table(release, "summaries")["text"].to_list()
    assert "A page that breaks off in the middle of" in texts
    assert "Café society and its networks, reviewed at length." in texts
    raw = read_table(release, "records").filter(pl.col("status") == "rejected")["raw"]
    assert raw.str.len_bytes().max() == len(BAD_DUMPS["long.txt"]) - 1


def test_a_build_of_only_bad_dumps_releases_nothing_and_exits_1(
    shortscience: Shortscience, tmp_path: Path
) -> None:
    (tmp_path / "page.txt").write_text(BAD_DUMPS["no_records.txt"])
    done = shortscience("build", tmp_path / "page.txt", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "No summary was found in page.txt" in done.stderr
    assert not (tmp_path / "out" / "latest").exists()


def test_a_build_with_nothing_new_succeeds_without_a_release(
    shortscience: Shortscience, built: Path, tmp_path: Path
) -> None:
    done = shortscience("build", RAW, "--against", built, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["release_id"], result["unchanged"]) == (None, True)
    assert result["notices"] == [
        f"Nothing new: all 74 records are in release {built.name} already."
    ]
    assert not (tmp_path / "out" / "latest").exists()
    assert not list((tmp_path / "out").glob("releases/*"))


@pytest.mark.parametrize("table", ["summaries", "records", "papers", "citations"])
def test_explain_describes_any_id(shortscience: Shortscience, built: Path, table: str) -> None:
    key = {"summaries": "summary", "papers": "paper"}.get(table, table[:-1]) + "_id"
    identifier = read_table(built, table)[key][0]
    done = shortscience("explain", identifier, "--dataset", built, "--json")
    assert done.returncode == 0, done.stderr
    story = json.loads(done.stdout)
    assert story[story["kind"]][key] == identifier
    shown = shortscience("explain", identifier, "--dataset", built)
    assert identifier in shown.stdout
    assert not shown.stderr
    lines = shown.stdout.splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 100
    whole = shortscience("explain", identifier, "--dataset", built, "--all")
    assert len(whole.stdout) > len(shown.stdout)


def test_explain_shows_a_papers_sources_and_conflicts(
    shortscience: Shortscience, tmp_path: Path
) -> None:
    record = {
        "title": "Paper kites above the clouds, and what they carry back home",
        "authors": "Ada Roy",
        "year": "2019",
    }
    other = {"authors": "Jo Li", "key": "conf/kites/Li19", "title": record["title"]}
    dblp = tmp_path / "kites.jsonl"
    rows = [record | {"key": "conf/kites/Roy19"}, other]
    dblp.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dump = tmp_path / "export.json"
    keys = "conf/kites/Roy19", "conf/kites/Li19"
    texts = "Kites fly above the clouds.", "Kites are made of paper."
    page = "https://www.shortscience.org/paper?bibtexKey="
    summaries = zip(texts, keys, strict=True)
    dump.write_text(
        json.dumps([{"transcript": text, "sourceUrl": page + key} for text, key in summaries])
    )
    out = tmp_path / "out"
    done = shortscience("build", dump, "--bibliography", dblp, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    told = shortscience("explain", "dblp:conf/kites/Li19", "--dataset", out / "latest", "--json")
    story = json.loads(told.stdout)
    assert [(row["source"], row["authors"]) for row in story["evidence"]] == [
        ("page", None),
        ("kites.jsonl", ["Jo Li"]),
    ]
    assert [sentence.partition(",")[2] for sentence in story["paper"]["conflicts"]] == [
        " which has other authors: kept apart."
    ]
    summary = story["summaries"][0]["summary_id"]
    of_summary = shortscience("explain", summary, "--dataset", out / "latest", "--json")
    assert json.loads(of_summary.stdout)["evidence"] == story["evidence"]
    shutil.rmtree(out / "papers")
    elsewhere = shortscience(
        "explain", "dblp:conf/kites/Li19", "--dataset", out / "latest", "--json"
    )
    assert json.loads(elsewhere.stdout)["evidence"] == []


def test_explain_shows_the_exact_bytes_every_repair_and_all_copies(
    shortscience: Shortscience, built: Path
) -> None:
    repaired = read_table(built, "summaries").filter(pl.col("repairs").list.len() > 0)
    summary = repaired.sort("n_copies", descending=True).row(0, named=True)
    done = shortscience("explain", summary["summary_id"][:10], "--dataset", built, "--json")
    story = json.loads(done.stdout)
    record, source = story["record"], story["source"]
    data = (RAW / source["name"]).read_bytes()
    assert data[record["byte_start"] : record["byte_end"]].decode() == record["raw"]
    assert [repair["span"] for repair in story["repairs"]] == [
        repair.split()[0] for repair in summary["repairs"]
    ]
    assert len(story["copies"]) == summary["n_copies"] - 1


@pytest.mark.parametrize(
    ("identifier", "explained"),
    [
        ("arxiv:1", "arxiv:1"),
        ("doi:10.1/a", "arxiv:1"),
        ("10.1/a", "arxiv:1"),
        ("doi:10.1/ab", "doi:10.1/ab"),
        ("doi:10.1/abc", "doi:10.1/abcd"),
        ("0.1/a", None),
    ],
)
def test_explain_knows_a_paper_by_any_identifier(
    tmp_path: Path, identifier: str, explained: str | None
) -> None:
    names = {"arxiv:1": ["doi:10.1/a"], "doi:10.1/ab": [], "doi:10.1/abcd": []}
    papers = [{"paper_id": name, "identifiers": [name, *also]} for name, also in names.items()]
    write_small_tables(tmp_path / "release", {"papers": papers})
    if explained:
        assert explain(tmp_path / "release", identifier)["paper"]["paper_id"] == explained
    else:
        with pytest.raises(UsageError, match="is not a summary"):
            explain(tmp_path / "release", identifier)


def test_explain_refuses_what_is_unknown_or_ambiguous(
    shortscience: Shortscience, built: Path
) -> None:
    known = read_table(built, "summaries")["summary_id"][0]
    for identifier, words in (
        ("feedbeef", "is not a summary"),
        ("summary:", "give more of the id"),
        (known[:2], f"too short: give at least 4 characters of an id, such as summary {known}"),
    ):
        done = shortscience("explain", identifier, "--dataset", built)
        assert done.returncode == 2
        assert words in done.stderr


def test_explain_shows_the_outcome_of_a_copy_and_counts_the_items_of_a_summary(
    shortscience: Shortscience, built: Path
) -> None:
    copy = read_table(built, "records").filter(pl.col("relation") == "near").row(0, named=True)
    told = shortscience("explain", copy["record_id"], "--dataset", built).stdout
    assert "duplicate: a copy" in told
    assert f"near, similarity {copy['similarity']:.3f}" in told
    assert f"bytes {copy['byte_start']:,} to {copy['byte_end']:,}" in told
    rich = read_table(built, "summaries").sort("n_equations").row(-1, named=True)
    told = shortscience("explain", rich["summary_id"], "--dataset", built).stdout
    assert f"{rich['n_equations']} equations: " in told


@pytest.mark.parametrize(
    ("threshold", "status", "said"),
    [
        ("0.9", 0, "summaries at 0.8"),
        ("0.999", 0, "similarity  record                    other record              words"),
        ("0.2", 2, "were not kept"),
    ],
)
def test_duplicates_shows_the_effect_of_another_threshold(
    shortscience: Shortscience, built: Path, threshold: str, status: int, said: str
) -> None:
    done = shortscience("duplicates", built, "--threshold", threshold)
    assert (done.returncode, said in done.stdout + done.stderr) == (status, True)


def test_duplicates_answers_for_thresholds_from_that_of_the_build_on(
    shortscience: Shortscience, tmp_path: Path
) -> None:
    chosen = Settings(duplicates=DuplicateSettings(near_threshold=0.3))
    made = library.build(RAW, out=tmp_path, settings=chosen, workers=1)
    called = [shortscience("duplicates", made.path, "--threshold", to) for to in ("0.31", "0.29")]
    assert [done.returncode for done in called] == [0, 2]
    assert "less similar than 0.3 were not kept" in called[1].stderr


def test_duplicates_only_reads(
    shortscience: Shortscience, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
    done = shortscience("duplicates", built, "--threshold", "0.9")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("out", ["dumps/out", "dumps/a/b", "dumps"])
@pytest.mark.parametrize("raw", ["dumps", "dumps/*", "dumps/**"])
def test_a_build_does_not_read_what_an_earlier_one_wrote(
    shortscience: Shortscience, tmp_path: Path, raw: str, out: str
) -> None:
    (tmp_path / "dumps" / "papers").mkdir(parents=True)
    named = {"new.txt": "ferns", "papers/other.txt": "mosses"}
    for name, plant in named.items() if out != "dumps" else [("new.txt", "ferns")]:
        text = f"A summary that no catalogue has, of a paper on {plant} that nobody has read."
        (tmp_path / "dumps" / name).write_text(f"[link]\n{text} |\n")
    call = ["build", tmp_path / raw, "--out", tmp_path / out, "--workers", "1", "--json"]
    first, second = (json.loads(shortscience(*call).stdout) for _ in range(2))
    assert first["tables"]["sources"] == (1 if out == "dumps" else 2)
    assert second == first | {"unchanged": True}


@pytest.mark.parametrize("dumps", [1, 2], ids=["one record", "several records"])
def test_numbers_agree_with_what_they_count(
    shortscience: Shortscience, tmp_path: Path, dumps: int
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name, plant in list({"a": "ferns", "b": "mosses"}.items())[:dumps]:
        text = f"A summary that no catalogue has, of a paper on {plant} that nobody has read."
        (raw / f"{name}.txt").write_text(f"[link]\n{text} |\n")
    done = shortscience("build", raw, "--out", tmp_path / "out")
    known = shortscience("catalogue", tmp_path / "out/latest", "--out", tmp_path / "known")
    again = shortscience(
        "build", raw, "--out", tmp_path / "x", "--against", tmp_path / "out/latest"
    )
    if dumps == 1:
        assert done.stdout.startswith("1 record found: 1 kept\n")
        assert re.search("^ +summaries +1 row$", done.stdout, re.MULTILINE)
        assert " has 1 summary of 1 paper, 0 with a title (" in known.stdout
        assert "Nothing new: its one record is in release " in again.stderr
    else:
        assert done.stdout.startswith("2 records found: 2 kept\n")
        assert re.search("^ +summaries +2 rows$", done.stdout, re.MULTILINE)
        assert " has 2 summaries of 2 papers, 0 with a title (" in known.stdout
        assert "Nothing new: all 2 records are in release " in again.stderr
