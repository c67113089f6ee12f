"""How quick a report is in Chromium: the first view, each key stroke of a search, a summary.

`python -m benchmarks.report REPORT` opens a report from disk, headless, types queries letter by
letter and prints milliseconds, as the page's own clock has them: from navigation, or from the key,
to the frame in which the answer is painted. Other programs on the machine count, too.
"""

import argparse
import json
import os
import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

QUERIES = ("the network", "convolutional", "gradient descent", "zebra", "of a", "stochastic co")
_QUIET = "--disable-background-networking --disable-component-update --disable-sync --no-first-run"
_WATCH = """
window.painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
window.times = {};
document.addEventListener("DOMContentLoaded", () => {
  const results = document.getElementById("results");
  if (!results) return;
  new MutationObserver(async () => {
    const complete = results.getAttribute("aria-busy") === "false";
    await painted();
    if (results.childElementCount) times.first ??= performance.now();
    if (complete) times.complete ??= performance.now();
  }).observe(results, { attributes: true, childList: true });
});
"""
_TYPE = """async text => {
  const query = document.getElementById("query");
  const results = document.getElementById("results");
  const start = performance.now();
  query.value = text;
  query.dispatchEvent(new Event("input", { bubbles: true }));
  while (results.getAttribute("aria-busy") !== "false") await new Promise(done => setTimeout(done));
  await painted();
  return performance.now() - start;
}"""
_OPEN = """async id => {
  const start = performance.now();
  location.hash = id;
  while (!document.querySelector("#article h1")) await new Promise(done => setTimeout(done));
  await painted();
  return performance.now() - start;
}"""


@contextmanager
def chromium_page() -> Iterator[Page]:
    """Start Chromium without a screen, and open an empty page that keeps time."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_QUIET.split() + sandbox)
        page = browser.new_page()
        page.add_init_script(_WATCH)
        yield page
        browser.close()


def measure(report: Path) -> dict[str, float | dict[str, float]]:
    """Return milliseconds: the overview, the first and the whole list, searches, a summary."""
    with chromium_page() as page:
        page.goto((report / "index.html").resolve().as_uri())
        overview = page.evaluate("performance.timing.loadEventEnd - performance.timing.fetchStart")
        page.goto((report / "summaries.html").resolve().as_uri())
        page.locator("#results[aria-busy=false]").wait_for(state="attached", timeout=120_000)
        page.wait_for_timeout(500)
        times = page.evaluate("times")
        keys = {
            query[:length]: page.evaluate(_TYPE, query[:length])
            for query in QUERIES
            for length in range(1, len(query) + 1)
        }
        orders = {
            order: _timed_order(page, order)
            for order in ("heading", "year", "n_words", "n_copies", "id")
        }
        page.evaluate(_TYPE, "")
        last = page.locator("#results a").last.get_attribute("href")
        return {
            "overview": overview,
            "first_view": times["first"],
            "whole_list": times["complete"],
            "search": keys,
            "sort": orders,
            "open_a_summary": page.evaluate(_OPEN, str(last)[1:]),
        }


def _timed_order(page: Page, order: str) -> float:
    page.evaluate("order => { document.getElementById('order').value = order; }", order)
    return float(page.evaluate(_TYPE, "the"))


def main() -> None:
    """Print what a report takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--json", action="store_true", help="print all numbers as JSON")
    arguments = parser.parse_args()
    times = measure(arguments.report)
    if arguments.json:
        print(json.dumps(times, indent=2))
        return
    for name, value in times.items():
        if isinstance(value, dict):
            slowest = max(value, key=lambda key: value[key])
            middle = statistics.median(value.values())
            print(f"{name:>16} {middle:8.0f} ms median, {value[slowest]:.0f} most ({slowest!r})")
        else:
            print(f"{name:>16} {value:8.0f} ms")


if __name__ == "__main__":
    main()
