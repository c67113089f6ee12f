r"""How well flattened summaries get their blocks back: `python -m benchmarks.structure [PAIRS]`.

PAIRS is a file of JSON lines, gzipped or not, each with `markdown` as an author wrote it and
`flattened`, the same on one line. Both the author's Markdown and what `restore` makes of the
flattened text are parsed by markdown-it-py, as CommonMark with GFM's tables, and the places where
blocks start are compared. A place is the number of the white-space-separated token with which a
block begins: both texts have the same tokens, so the numbers mean the same in both. A block is
found when a block of the same kind starts at the same token.

Kinds, and what is counted:

- `heading`: ATX and setext headings. What a parser does not call a heading is none, even if its
  author hoped for one (`#Title`).
- `list item`: every item of every list, at its marker, however deeply nested. Depth is not
  compared: no trace of it is left in a flattened text.
- `code`: fenced and indented code, at its fence or its first token.
- `quote`: block quotes, at the first `>`. What begins on a later line of a quote does at its `>`.
- `table`: tables, at the first token of the header row.
- `display math`: displayed math that has its lines for itself, but for a punctuation mark. Markdown
  knows no math, and MathJax displays it wherever it stands; so it counts on lines within a
  paragraph as it does between blank lines.
- `paragraph`: all other paragraphs, but not the first of a list item or quote: it begins with its
  container and would count the same decision twice. Later paragraphs of a container count.

`all` sums these kinds. Thematic breaks and HTML blocks are parsed, and not counted. Any other line
break within a paragraph begins no block: Markdown renders it as a space.

The baseline breaks at every free-standing `*` and at every free-standing run of hashes.

Texts are divided into two halves by a hash of the text. Rules may be looked for in the texts of the
development half only; of the other, nothing but these totals is ever looked at.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from benchmarks.halves import HALVES, half
from benchmarks.scores import Score
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.scanner import scan

DEFAULT_PAIRS = Path("../shared/corpus/flattened_pairs.jsonl.gz")
KINDS = ("heading", "list item", "code", "quote", "table", "display math", "paragraph")
_PARSER = MarkdownIt("commonmark").enable("table")
_KIND_OF_TOKEN = {
    "heading_open": "heading",
    "list_item_open": "list item",
    "blockquote_open": "quote",
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
    "paragraph_open": "paragraph",
}
_OPENING = ("list_item_open", "blockquote_open")
_CLOSING = ("list_item_close", "blockquote_close")
_DISPLAY_MATH = re.compile(
    r"""^[ \t]*
    (?P<math>\$\$(?:(?!\$\$).)+\$\$|\\\[(?:(?!\\\]).)+\\\]|\\begin\{(?P<name>\w+\*?)\}.+?\\end\{(?P=name)\})
    [ \t]*[.,;:]?[ \t]*$""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_REPEATS = 9  # the fastest of these runs is reported: other work on the machine only adds time


class Pair(NamedTuple):
    """A summary as its author wrote it, and on one line."""

    markdown: str
    flattened: str


class Block(NamedTuple):
    """A block of a kind that starts with the token of a number."""

    token: int
    kind: str


@dataclass(slots=True)
class _Container:
    """An open list item or quote: the line it opens on, and whether a block stands in it yet."""

    line: int
    empty: bool = True


def read_pairs(path: Path) -> list[Pair]:
    """Read the pairs of a file of JSON lines, gzipped if its name ends in `.gz`."""
    written = path.read_bytes()
    lines = (gzip.decompress(written) if path.suffix == ".gz" else written).splitlines()
    return [Pair(record["markdown"], record["flattened"]) for record in map(json.loads, lines)]


def blocks(markdown: str) -> list[Block]:
    """Return the blocks of a Markdown text, in order; the docstring of the module defines them."""
    lines = markdown.split("\n")
    first_token = list(accumulate((len(line.split()) for line in lines), initial=0))
    containers: list[_Container] = []
    found = []
    tokens = _PARSER.parse(markdown)
    for token, following in pairwise([*tokens, Token("end", "", 0)]):
        if token.type in _CLOSING:
            containers.pop()
        kind = _KIND_OF_TOKEN.get(token.type)
        if kind is None or token.map is None:
            continue
        line = _first_line(lines, token.map[0])
        # Each container that opens on the same line stands before the block with its marker.
        start = first_token[line] + sum(container.line == line for container in containers)
        math = list(_math(following.content, start)) if kind == "paragraph" else []
        found += math
        counts = kind != "paragraph" or not (containers and containers[-1].empty)
        if counts and Block(start, "display math") not in math:
            found.append(Block(start, kind))
        if containers:
            containers[-1].empty = False
        if token.type in _OPENING:
            containers.append(_Container(line))
    return found


def _math(paragraph: str, start: int) -> Iterator[Block]:
    """Yield the displayed math of a paragraph whose first token is `start`."""
    for match in _DISPLAY_MATH.finditer(paragraph):
        yield Block(start + len(paragraph[: match.start("math")].split()), "display math")


def _first_line(lines: Sequence[str], start: int) -> int:
    """Return the first line from `start` that is not blank; indented code may begin with blanks."""
    return next((n for n in range(start, len(lines)) if lines[n].strip()), start)


def naive(text: str) -> str:
    """Break a flattened text at every free-standing asterisk and run of hashes."""
    return re.sub(r" (?=(?:\*|#{1,6}) )", "\n\n", text)


def compare(pairs: Sequence[Pair], restored: Iterable[str]) -> dict[str, Score]:
    """Return the score of each kind, and of `all`."""
    both, found, written = Counter[str](), Counter[str](), Counter[str]()
    for pair, markdown in zip(pairs, restored, strict=True):
        theirs, ours = Counter(blocks(pair.markdown)), Counter(blocks(markdown))
        for counts, some in ((both, theirs & ours), (found, ours), (written, theirs)):
            counts.update(block.kind for block in some.elements())
    scores = {kind: Score(both[kind], found[kind], written[kind]) for kind in KINDS}
    return scores | {"all": Score(both.total(), found.total(), written.total())}


def table(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the lines of the comparison: `restore` on the left, the baseline on the right."""
    ours = compare(pairs, (restore(pair.flattened)[0] for pair in pairs))
    theirs = compare(pairs, (naive(pair.flattened) for pair in pairs))
    columns = f"{'precision':>11}{'recall':>8}{'F1':>8}"
    yield f"{'':<14}{'written':>8}{columns} | {'baseline':>11}{'recall':>8}{'F1':>8}"
    for kind, score in ours.items():
        numbers = f"{score.precision:>11.3f}{score.recall:>8.3f}{score.f1:>8.3f}"
        base = theirs[kind]
        yield (
            f"{kind:<14}{score.written:>8,}{numbers} |"
            f" {base.precision:>11.3f}{base.recall:>8.3f}{base.f1:>8.3f}"
        )


def speed(pairs: Sequence[Pair]) -> str:
    """Return a sentence on the cost of a record: all of it, and without the scanner's part."""
    texts = [pair.flattened for pair in pairs]
    whole = _fastest(lambda: [restore(text) for text in texts])
    spans = [scan(text) for text in texts]
    given = _fastest(lambda: [restore(*both) for both in zip(texts, spans, strict=True)])
    mean = sum(map(len, texts)) / len(texts)
    return (
        f"{whole / len(texts) * 1e6:.0f} µs/record of {mean:,.0f} characters on average,"
        f" {given / len(texts) * 1e6:.0f} where the scanner's spans are given."
    )


def _fastest(step: Callable[[], object]) -> float:
    seconds = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def main() -> None:
    """Print a table for each half asked for, and what a record costs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.structure", description=__doc__)
    parser.add_argument("pairs", type=Path, nargs="?", default=DEFAULT_PAIRS)
    parser.add_argument("--half", choices=[*HALVES, "both"], default="both")
    arguments = parser.parse_args()
    pairs = read_pairs(arguments.pairs)
    for name in HALVES if arguments.half == "both" else (arguments.half,):
        chosen = [pair for pair in pairs if half(pair.flattened) == name]
        print(f"{name}: {len(chosen)} texts")
        print("\n".join(table(chosen)), end="\n\n")
    print(speed(pairs))


if __name__ == "__main__":
    main()
