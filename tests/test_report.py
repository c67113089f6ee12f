"""The report in a real browser: it works from disk, is accessible, and is safe.

The browser is headless Chromium. The tests are skipped if it is not installed.
"""

import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from shortscience.pipeline.errors import OutputError
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.parquet import read_table, table_folder
from shortscience.pipeline.release.pictures import PICTURES
from shortscience.pipeline.report.write import write_changes, write_report
from shortscience.pipeline.schema import TABLES, Type
from tests.conftest import Shortscience
from tests.releases import write_frames
from tests.unit.cases import cases

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
QUIET = "--disable-background-networking --disable-component-update --disable-sync --no-first-run"
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}
LISTS = pl.List(pl.String)
MARKUP = [case.values[0]["text"] for case in cases("report_markdown", "hostile")]
KEPT = {
    "summary_id", "record_id", "paper_id", "source_id", "citation_id", "citing_paper_id",
    "cited_paper_id", "status", "relation", "form", "kind", "identified_by", "structure",
    "language",
}  # fmt: skip
"""Columns written by the pipeline itself; all others hold untrusted text."""


@dataclass
class Visit:
    """A page in the browser: its requests, those its policy allowed, and its console."""

    page: Page
    requests: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        self.page.goto("about:blank")
        self.page.goto(address)
        return self.page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed; the report is not opened in a browser")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split() + sandbox)
        yield started
        started.close()


def visit(context: BrowserContext) -> Visit:
    """Open a page without a network: every request is recorded and refused."""
    found = Visit(context.new_page())
    context.route("http*://**", lambda route: (found.left.append(route.request.url), route.abort()))
    context.on("request", lambda request: found.requests.append(request.url))
    context.on("console", lambda message: found.said.append(message.text))
    context.on("dialog", lambda dialog: (found.said.append(dialog.message), dialog.dismiss()))
    context.on("weberror", lambda error: found.said.append(str(error.error)))
    return found


@pytest.fixture(params=["light", "dark"])
def visited(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visit]:
    """Both colour schemes; the dark one on a phone."""
    viewport = DESKTOP if request.param == "light" else PHONE
    with browser.new_context(color_scheme=request.param, viewport=viewport) as context:
        yield visit(context)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Visit]:
    with browser.new_context(viewport=DESKTOP) as context:
        yield visit(context)


@pytest.fixture(scope="module")
def report(built: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the folder of a report of the sample dumps."""
    return write_report(built, tmp_path_factory.mktemp("report") / "html").parent.as_uri()


@pytest.fixture(scope="module")
def hostile(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release in which every text from outside is an attack."""
    release = tmp_path_factory.mktemp("hostile") / "release"
    shutil.copytree(built, release)
    for name, table in TABLES.items():
        frame = read_table(release, name)
        attacks = pl.Series([MARKUP[row % len(MARKUP)] for row in range(frame.height)])
        by_type = {Type.STRING: attacks, Type.STRINGS: attacks.reshape((-1, 1)).cast(LISTS)}
        altered = {
            column.name: pl.when(pl.col(column.name).is_not_null()).then(by_type[column.type])
            for column in table.columns
            if column.name not in KEPT and column.type in by_type
        }
        shutil.rmtree(table_folder(release, name))
        write_frames([frame.with_columns(**altered).cast(table.polars_schema)], table, release)
    return release


@pytest.fixture(scope="module")
def former(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that lacks three summaries and has other texts and identities."""
    release = tmp_path_factory.mktemp("former") / "release"
    shutil.copytree(built, release)
    table = TABLES["summaries"]
    summaries = read_table(release, "summaries").tail(-3)
    lowered = summaries.with_columns(
        pl.col("text").str.replace_all(" the ", " teh ", literal=True),
        pl.lit("summary:").add(pl.col("summary_id")).alias("paper_id"),
        pl.col("repairs").list.concat(pl.lit("0:1 none")),
    )
    shutil.rmtree(table_folder(release, "summaries"))
    write_frames([lowered.cast(table.polars_schema)], table, release)
    return release


def listed(page: Page) -> list[str]:
    """Wait until the list has loaded; return the ids that it shows."""
    page.locator("#results[aria-busy=false]").wait_for(state="attached")
    return [link.get_attribute("href")[1:] for link in page.locator("#results a").all()]


def found(page: Page) -> int:
    """Return the number of summaries that the list states."""
    listed(page)
    return int(page.inner_text("#status").split()[0].replace(",", ""))


def words(*texts: str | list[str] | None) -> set[str]:
    """Return the words of texts as a user would search for them."""
    joined = " ".join(text if isinstance(text, str) else " ".join(text or []) for text in texts)
    plain = unicodedata.normalize("NFKD", joined).lower()
    return set(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))


def open_all(page: Page) -> None:
    page.locator("#article h1").wait_for()
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")


def assert_accessible(page: Page) -> None:
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(item["id"], item["nodes"][0]["html"]) for item in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_command_writes_the_same_bytes_again(
    shortscience: Shortscience, built: Path, tmp_path: Path
) -> None:
    for out, workers in (("one", "1"), ("two", "2")):
        done = shortscience(
            "report", built, "--out", tmp_path / out, "--workers", workers, "--json"
        )
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["report"] == str(tmp_path / out / "index.html")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    (tmp_path / "one" / "stale.html").write_text("old")
    write_report(built, tmp_path / "one")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


@pytest.mark.parametrize(
    ("flags", "begins"), [([], "The report of {} is at"), (["--json"], '{{"release_id": "{}"')]
)
def test_a_copied_release_keeps_its_name(
    shortscience: Shortscience, built: Path, tmp_path: Path, flags: list[str], begins: str
) -> None:
    shutil.copytree(built, tmp_path / "other")
    done = shortscience("report", tmp_path / "other", "--out", tmp_path / "report", *flags)
    assert done.stdout.startswith(begins.format(built.name)), done.stderr


def test_only_a_report_is_replaced(built: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="something other than a report"):
        write_report(built, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_overview_has_the_numbers_of_the_release(
    visited: Visit, report: str, built: Path
) -> None:
    page = visited.open(f"{report}/index.html")
    assert page.locator(".tiles div").count() == len(TABLES)
    summaries = read_table(built, "summaries")
    tile = page.locator(".tiles div", has_text="summaries")
    assert tile.locator("dd").inner_text() == f"{summaries.height:,}"
    for language, count in summaries["language"].value_counts().iter_rows():
        assert f"summaries.html#?language={language}" in page.content()
        bar = page.locator("figure", has_text="Language").locator("tr", has_text=language).last
        assert bar.locator(".n").inner_text() == f"{count:,}"
    assert_accessible(page)
    assert visited.said == []


def test_the_list_and_a_summary_are_accessible(visited: Visit, report: str, built: Path) -> None:
    page = visited.open(f"{report}/summaries.html")
    assert len(listed(page)) == 50
    assert_accessible(page)
    counts = pl.sum_horizontal(pl.col("^n_.*$").gt(0).cast(pl.Int32))
    for summary_id in read_table(built, "summaries").sort(counts)["summary_id"].tail(4):
        visited.open(f"{report}/summaries.html#{summary_id}")
        open_all(page)
        assert_accessible(page)
    assert visited.said == []
    assert all(address.startswith(("file:", "about:")) for address in visited.requests)


def test_search_finds_words_of_the_texts(desk: Visit, report: str, built: Path) -> None:
    page = desk.open(f"{report}/summaries.html")
    papers = read_table(built, "papers").select(
        "paper_id", "title", "authors", "venue", "bibtex_key", "identifiers"
    )
    held = {
        row["summary_id"]: words(
            *(row[name] for name in ("title", "authors", "venue", "author", "paper_id")),
            *(row[name] for name in ("bibtex_key", "identifiers")),
            *(row[name] for name in ("summary_id", "plain_text")),
        )
        for row in read_table(built, "summaries").join(papers, on="paper_id").iter_rows(named=True)
    }
    first = min(held)
    for query in ("gradient", "Grad NET", "the of", "zebra", "qqzz", "é", "__proto__", first, ""):
        page.locator("#query").fill(query)
        expected = {
            summary_id
            for summary_id, known in held.items()
            if all(
                any(w.startswith(q) and (len(q) > 2 or w == q) for w in known) for q in words(query)
            )
        }
        assert found(page) == len(expected), query
        assert set(listed(page)) <= expected
        if query == "qqzz":
            page.get_by_text("no summary has “qqzz”").wait_for()
            page.get_by_role("button", name="Show all summaries").click()
            assert found(page) == len(held)


def test_the_best_match_is_first_and_shows_its_fields(
    desk: Visit, report: str, built: Path
) -> None:
    page = desk.open(f"{report}/summaries.html#?query=network")
    first, *_ = listed(page)
    entries = page.locator("#results li")
    counts = read_table(built, "summaries").select(
        "summary_id",
        n=pl.col("plain_text").str.to_lowercase().str.count_matches(r"\bnetwork\b"),
    )
    assert counts.filter(pl.col("summary_id") == first)["n"][0] >= 3
    assert entries.first.locator("mark").count() > 0
    assert entries.first.locator(".hit").inner_text().startswith("Found in: ")
    passage = page.locator(".hit", has=page.locator("mark")).first
    passage.wait_for()
    assert "network" in passage.locator("mark").first.inner_text().lower()


def test_filters_offer_occurring_values_and_links_may_filter_more(
    desk: Visit, report: str, built: Path
) -> None:
    summaries = read_table(built, "summaries")
    page = desk.open(f"{report}/summaries.html#?n_words=100..199")
    expected = summaries.filter(pl.col("n_words").is_between(100, 199)).height
    assert found(page) == expected
    options = page.locator("#language option").all_inner_texts()
    assert options == ["all", *sorted(summaries["language"].unique())]
    page.get_by_role("button", name="Remove words: 100 to 199").click()
    assert found(page) == summaries.height


def test_on_a_phone_results_come_before_controls(visited: Visit, report: str) -> None:
    page = visited.open(f"{report}/summaries.html")
    listed(page)
    is_phone = page.viewport_size == PHONE
    assert page.locator("#order").is_visible() != is_phone
    top = page.locator("#results li").first.bounding_box()
    assert top and top["y"] < PHONE["height"]


def test_mentions_link_to_the_page_of_their_paper(visited: Visit, report: str, built: Path) -> None:
    papers = read_table(built, "papers")
    cited = papers.sort("n_citations", "n_summaries", "paper_id").row(-1, named=True)
    page = visited.open(f"{report}/summaries.html#{cited['paper_id']}")
    page.locator("#article h1").wait_for()
    assert page.locator("#p-mentions").inner_text() == f"Mentioned in ({cited['n_citations']})"
    assert page.locator("#p-summaries").inner_text() == f"Summaries of it ({cited['n_summaries']})"
    assert_accessible(page)
    citing = page.locator("section", has=page.locator("#p-mentions")).locator("li a").first
    citing.click()
    page.locator("#s-text").wait_for()
    page.locator(f"#article a[href='#{cited['paper_id']}']").first.click()
    page.locator("#p-mentions").wait_for()
    assert visited.said == []


def test_a_mention_in_the_text_links_to_its_paper(desk: Visit, report: str, built: Path) -> None:
    cites = read_table(built, "citations").filter(
        pl.col("kind") == "cite", pl.col("cited_paper_id").is_not_null()
    )
    row = cites.row(0, named=True)
    page = desk.open(f"{report}/summaries.html#{row['summary_id']}")
    link = page.locator(".prose a.paper").first
    link.wait_for()
    assert link.inner_text() in set(cites["raw"])


def test_formulas_are_set_in_the_font_of_the_report(desk: Visit, report: str, built: Path) -> None:
    summary_id = read_table(built, "equations")["summary_id"][0]
    page = desk.open(f"{report}/summaries.html#{summary_id}")
    page.locator("math").first.wait_for()
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(font => [font.family, font.status])") == [
        ["Math", "loaded"]
    ]
    assert desk.said == []


def test_the_results_of_validation_are_a_page(visited: Visit, report: str) -> None:
    page = visited.open(f"{report}/validation.html")
    assert page.get_by_text("expectations are met").count() == 1
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    assert_accessible(page)


def test_filters_and_order(desk: Visit, report: str, built: Path) -> None:
    page = desk.open(f"{report}/summaries.html")
    listed(page)
    summaries = read_table(built, "summaries")
    page.get_by_label("equations", exact=True).check()
    page.get_by_label("Sort by").select_option("length")
    expected = summaries.filter(pl.col("n_equations") > 0).sort(
        "n_words", "summary_id", descending=[True, False]
    )
    assert listed(page) == expected["summary_id"].head(50).to_list()
    page.get_by_label("Language").select_option("de")
    assert found(page) == expected.filter(pl.col("language") == "de").height
    address = page.url
    desk.open(address)
    listed(page)
    assert page.get_by_label("Language").input_value() == "de"
    assert page.get_by_label("equations", exact=True).is_checked()


def test_the_year_and_the_evidence_of_a_paper_are_filters(
    desk: Visit, built: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    shutil.copytree(built, release)
    table = TABLES["papers"]
    years = pl.Series([None, 2015, 2016, 2017]).gather(pl.int_range(85, eager=True) % 4)
    papers = read_table(release, "papers")
    dated = papers.with_columns(year=years.head(papers.height)).cast(table.polars_schema)
    shutil.rmtree(table_folder(release, "papers"))
    write_frames([dated], table, release)
    page = desk.open(write_report(release, tmp_path / "html").parent.as_uri() + "/summaries.html")
    listed(page)
    known = read_table(release, "summaries").join(dated, on="paper_id")
    for year, label in ((2016, "2016"), (None, "not known")):
        page.get_by_label("Year of the paper").select_option(label)
        of_year = known.filter(pl.col("year").eq_missing(pl.lit(year)))
        assert set(listed(page)) == set(of_year["summary_id"])
        for evidence, count in known["identified_by"].value_counts().iter_rows():
            page.get_by_label("Paper identified by").select_option(evidence)
            assert found(page) == of_year.filter(pl.col("identified_by") == evidence).height
            assert count >= found(page)
        page.get_by_label("Paper identified by").select_option("all")
    desk.open(page.url)
    listed(page)
    assert page.get_by_label("Year of the paper").input_value() == "0"


def test_by_keyboard_alone(desk: Visit, report: str) -> None:
    page = desk.open(f"{report}/summaries.html")
    listed(page)
    page.keyboard.press("/")
    page.keyboard.type("the")
    first, *_ = listed(page)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#results') !== null"):
            break
    page.keyboard.press("Enter")
    page.locator("#article h1").wait_for()
    assert page.url.endswith(first)
    expect(page.locator("#article h1")).to_be_focused()
    page.go_back()
    expect(page.locator(f"#results a[href='#{first}']")).to_be_focused()


def test_a_summary_page_shows_its_rows_of_the_tables(desk: Visit, report: str, built: Path) -> None:
    summary = read_table(built, "summaries").sort("n_copies", "n_equations").row(-1, named=True)
    page = desk.open(f"{report}/summaries.html#{summary['summary_id']}")
    open_all(page)
    copies = page.locator("section", has=page.locator("#s-copies")).locator("details")
    assert copies.count() == summary["n_copies"] - 1
    assert page.locator("#s-source ~ details .text").nth(1).inner_text() == summary["text"]
    for unknown in ("0" * 24, "arxiv:0000.00000"):
        desk.open(f"{report}/summaries.html#{unknown}")
        page.get_by_text(f"No such summary or paper: {unknown}").wait_for()


def test_math_is_laid_out_without_a_script(desk: Visit, report: str, built: Path) -> None:
    fraction = read_table(built, "equations").filter(
        pl.col("latex").str.contains("frac{", literal=True)
    )
    page = desk.open(f"{report}/summaries.html#{fraction['summary_id'][0]}")
    page.locator("#article h1").wait_for()
    tall = page.locator(".prose mfrac").first.bounding_box()
    assert tall and tall["height"] > 20


def test_an_image_is_loaded_only_on_request(desk: Visit, report: str, built: Path) -> None:
    images = read_table(built, "images")
    page = desk.open(f"{report}/summaries.html#{images['summary_id'][0]}")
    button = page.locator("button.image").first
    button.wait_for()
    address = button.get_attribute("data-image")
    assert address not in desk.requests
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>'
    sent = {}

    def answer(route):
        sent.update(route.request.all_headers())
        route.fulfill(body=svg, content_type="image/svg+xml")

    page.context.route(address, answer)
    button.click()
    image = page.frame_locator("iframe").first.locator("img")
    image.wait_for()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 40
    frame = page.locator("iframe.fitted").first
    frame.wait_for()
    box = frame.bounding_box()
    assert box and (box["width"], box["height"]) == (40, 20)
    assert [found for found in desk.requests if found.startswith("http")] == [address]
    assert "referer" not in sent


def test_the_page_of_changes_shows_the_differing_words(
    visited: Visit, built: Path, former: Path, tmp_path: Path
) -> None:
    index = write_report(built, tmp_path / "html", since=compare(former, built))
    page = visited.open(index.as_uri())
    page.get_by_role("link", name="What is new").click()
    summaries = read_table(built, "summaries")
    tops = "all => all.map(dd => dd.offsetTop - dd.parentElement.offsetTop)"
    assert len(set(page.locator(".tiles dd").evaluate_all(tops))) == 1
    tile = page.locator(".tiles div", has_text="summaries, was")
    assert tile.inner_text().split("\n") == [
        f"summaries, was {summaries.height - 3}",
        f"{summaries.height}",
    ]
    section = page.locator("section", has=page.locator("#table-summaries"))
    texts = section.locator("h3", has_text=re.compile("^text changed")).locator("+ ul li").first
    assert texts.locator("del").first.inner_text().strip() == "teh"
    assert texts.locator("ins").first.inner_text().strip() == "the"
    assert_accessible(page)
    added = section.locator("h3", has_text="Added: 3").locator("+ ul a").first
    assert added.inner_text() == summaries["summary_id"][0]
    added.click()
    page.locator("#article h1").wait_for()
    assert visited.said == []


def test_the_difference_alone_is_a_page_too(
    desk: Visit, shortscience: Shortscience, built: Path, former: Path, tmp_path: Path
) -> None:
    done = shortscience("diff", former, built, "--html", tmp_path / "one", "--json")
    assert done.returncode == 0, done.stderr
    write_changes(compare(former, built), tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")
    page = desk.open(Path(json.loads(done.stdout)["page"]).as_uri())
    assert page.locator("header nav").count() == 0
    addresses = [link.get_attribute("href") for link in page.locator("main a").all()]
    assert addresses
    assert all(address.startswith("#") for address in addresses)
    assert page.locator("del", has_text="teh").count() > 0
    assert_accessible(page)


def test_the_cards_pictures_are_images_to_a_browser(
    desk: Visit, built: Path, tmp_path: Path
) -> None:
    names = sorted(path.name for path in (built / "charts").iterdir())
    images = "".join(f'<img src="{(built / "charts" / name).as_uri()}">' for name in names)
    (tmp_path / "card.html").write_text(images)
    page = desk.open((tmp_path / "card.html").as_uri())
    widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert widths == [720] * len(names) == [720] * len(PICTURES)


def test_equal_releases_make_a_page(desk: Visit, built: Path, tmp_path: Path) -> None:
    page = desk.open(write_changes(compare(built, built), tmp_path / "html").as_uri())
    assert page.get_by_text("Both have the same rows.").count() == 1
    assert_accessible(page)


def test_a_hostile_release_runs_no_script_and_sends_no_request(
    desk: Visit, built: Path, hostile: Path, tmp_path: Path
) -> None:
    folder = write_report(hostile, tmp_path / "html", since=compare(built, hostile)).parent
    for name in ("index.html", "changes.html", "summaries.html"):
        desk.open(f"{folder.as_uri()}/{name}")
        acting = desk.page.locator("main :is(script, object, embed, iframe, img, [onerror])")
        assert acting.count() == 0
    listed(desk.page)
    desk.page.locator("#query").fill("__proto__ constructor script")
    listed(desk.page)
    for summary_id in read_table(hostile, "summaries")["summary_id"].head(len(MARKUP)):
        page = desk.open(f"{folder.as_uri()}/summaries.html#{summary_id}")
        open_all(page)
        assert page.locator("#article :is(script, object, embed, form, iframe, img)").count() == 0
        acting = page.locator("#article").evaluate(
            """article => [...article.querySelectorAll("*")].flatMap(
                    ({tagName, attributes}) => [...attributes].map(({name}) => [tagName, name]))
                .filter(([tag, name]) => name.startsWith("on") || name === "style" || name === "src"
                    || (name === "href" && tag !== "A"))"""
        )
        assert acting == []
    assert desk.said == []
    assert all(address.startswith(("file:", "about:")) for address in desk.requests)


def test_the_policy_blocks_markup_that_escapes_sanitising(
    desk: Visit, built: Path, tmp_path: Path
) -> None:
    folder = write_report(built, tmp_path / "html").parent
    summary_id = read_table(built, "summaries")["summary_id"][0]
    attack = (
        "<h1 tabindex=-1>x</h1><img src=http://e.example/i.png onerror=alert(1)>"
        "<a id=run onclick=alert(1) href='javascript:alert(1)'>run</a>"
        "<iframe src=http://e.example></iframe><iframe srcdoc='<script>alert(1)</script>'></iframe>"
        "<style>@import 'http://e.example/s.css'; body { background: url(http://e.example/b.png) }"
        "</style><form action=http://e.example><button id=send>send</button></form>"
        "<link rel=stylesheet href=http://e.example/s.css><object data=http://e.example></object>"
    )
    page_file = folder / "data" / "pages" / "0.js"
    content = json.dumps([[summary_id, "x", attack]])
    page_file.write_text(f'receive("pages/0",{content});\n')
    page = desk.open(f"{folder.as_uri()}/summaries.html#{summary_id}")
    page.locator("#run").dispatch_event("click")
    page.locator("#send").dispatch_event("click")
    page.wait_for_timeout(300)
    assert desk.left == []
    assert "1" not in desk.said
    assert any("Content Security Policy" in message for message in desk.said)
    assert page.url.startswith("file:")
