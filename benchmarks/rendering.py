r"""Whether formulas, links and images are what the site shows.

`python -m benchmarks.rendering [PAIRS]` prints the table.

PAIRS is a file of JSON lines, gzipped or not, each with `markdown` as an author wrote it and
`flattened`, the same on one line. Truth is what the author's Markdown becomes on the site
(`benchmarks.site_rendering`). It is compared with what the extraction finds in three forms of each
text: as written, flattened, and with its structure restored.

A formula is found when one with the same LaTeX is, inline or displayed as there; white space and
backslashes are left out, for Markdown takes some of the latter. A link or an image is found when
one to the same address is; escapes are decoded, and `www.` is the same as `http://www.`.
"""

import argparse
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from benchmarks import site_rendering
from benchmarks.scores import Score
from benchmarks.structure import DEFAULT_PAIRS, Pair, read_pairs
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.extraction.addresses import Image, addresses
from shortscience.pipeline.extraction.equations import equations
from shortscience.pipeline.scanner import scan

Thing = tuple[str, str, bool]
"""A kind, what is compared of it, and whether it is displayed."""

KINDS = ("equation", "link", "image")
FORMS: dict[str, Callable[[Pair], str]] = {
    "original": lambda pair: pair.markdown,
    "flattened": lambda pair: pair.flattened,
    "restored": lambda pair: restore(pair.flattened)[0],
}


def rendered(markdown: str) -> Iterator[Thing]:
    """Yield what the site shows of a summary."""
    for formula in site_rendering.formulas(markdown):
        yield _formula(formula.latex, formula.display)
    shown = site_rendering.addresses(markdown)
    yield from (_address("link", url) for url in shown.links)
    yield from (_address("image", url) for url in shown.images)


def extracted(text: str) -> Iterator[Thing]:
    """Yield what the extraction finds in a text."""
    spans = scan(text)
    for equation in equations(text, spans):
        yield _formula(equation.latex, equation.display)
    for item in addresses(text, spans):
        yield _address("image" if isinstance(item, Image) else "link", item.url)


def compare(
    pairs: Sequence[Pair], form: Callable[[Pair], str], truth: Iterable[Sequence[Thing]]
) -> dict[str, Score]:
    """Return the score of each kind in one form of the texts."""
    both, found, written = Counter[str](), Counter[str](), Counter[str]()
    for pair, true in zip(pairs, truth, strict=True):
        theirs, ours = Counter(true), Counter(extracted(form(pair)))
        for counts, some in ((both, theirs & ours), (found, ours), (written, theirs)):
            counts.update(kind for kind, _, _ in some.elements())
    return {kind: Score(both[kind], found[kind], written[kind]) for kind in KINDS}


def table(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the lines of the comparison."""
    truth = [list(rendered(pair.markdown)) for pair in pairs]
    yield f"{'':<10}{'form':<11}{'shown':>8}{'found':>8}{'precision':>11}{'recall':>8}"
    for name, form in FORMS.items():
        for kind, score in compare(pairs, form, truth).items():
            counts = f"{score.written:>8,}{score.found:>8,}"
            yield f"{kind:<10}{name:<11}{counts}{score.precision:>11.3f}{score.recall:>8.3f}"


def _formula(latex: str, display: bool) -> Thing:
    return "equation", re.sub(r"[\s\\]", "", latex), display


def _address(kind: str, url: str) -> Thing:
    url = unquote(unescape(url)).strip()
    return kind, f"http://{url}" if url.startswith("www.") else url, False


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendering", description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="?", default=DEFAULT_PAIRS)
    print("\n".join(table(read_pairs(parser.parse_args().pairs))))


if __name__ == "__main__":
    main()
