"""The Data Docs of a validation as a folder of pages that open without a network."""

import html
import re
from pathlib import Path

from shortscience.pipeline.release.validation import Outcome

# Great Expectations' pages load their styles and scripts from the net.
_OUTSIDE = re.compile(
    r"<link\b[^>]*>|<script\b[^>]*>.*?</script\s*>|<img\b[^>]*>", re.DOTALL | re.IGNORECASE
)
_STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
.badge { background: #8883; border-radius: .3rem; padding: 0 .3rem; }
.passed { color: #187a33; } .failed { color: #c02020; font-weight: bold; }
@media (prefers-color-scheme: dark) { .passed { color: #6fd08c; } .failed { color: #ff8a80; } }
.navbar, .ge-actions-sidebar, #ge-cta-footer, .modal, .alert { display: none; }
</style>"""


def write_data_docs(outcome: Outcome, folder: Path) -> Path:
    """Write one page per table and an index; return the index."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, page in outcome.pages.items():
        offline = _OUTSIDE.sub("", page).replace("</head>", f"{_STYLE}</head>")
        (folder / f"{table}.html").write_text(offline, encoding="utf-8")
    index = folder / "index.html"
    index.write_text(_index(outcome), encoding="utf-8")
    return index


def _index(outcome: Outcome) -> str:
    rows = "".join(
        f"<tr><td><a href='{table}.html'>{table}</a></td><td>{len(result['expectations'])}</td>"
        f"<td>{_verdict(success=result['success'])}</td><td>{_failed(result)}</td></tr>"
        for table, result in outcome.report["tables"].items()
    )
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>Validation</title>{_STYLE}</head><body><h1>Validation</h1>"
        f"<p>{_verdict(success=outcome.report['success'])}</p>"
        "<table><thead><tr><th>table</th><th>expectations</th><th>outcome</th><th>not met</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></body></html>"
    )


def _verdict(*, success: bool) -> str:
    return "<span class='passed'>passed</span>" if success else "<span class='failed'>failed</span>"


def _failed(result: dict[str, list[dict[str, object]]]) -> str:
    return "<br>".join(
        html.escape(f"{item['why']} {item['unexpected']} rows: {item['examples']}")
        for item in result["expectations"]
        if not item["success"]
    )
