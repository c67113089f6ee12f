"""The parts of a dataset card: the keys of its front matter, and its sections.

People edit the card on the Hub, too. The manifest holds a digest of every generated part, by which
later publications detect edits.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_FRONT = re.compile(r"\A---[ \t]*\n(?P<front>.*?)^---[ \t]*\n?", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_DIGEST_DIGITS = 16

TOP = ""
"""The name of the section before the first second-level heading."""


@dataclass(frozen=True)
class Card:
    """A card in parts: `front` by key, `sections` by heading line, in their order."""

    front: Mapping[str, Any]
    sections: Mapping[str, str]

    def to_markdown(self) -> str:
        """Return the card as Markdown with YAML front matter."""
        front = yaml.safe_dump(dict(self.front), sort_keys=False, allow_unicode=True)
        sections = [text.strip("\n") for text in self.sections.values()]
        return "\n\n".join([f"---\n{front}---", *filter(None, sections)]) + "\n"

    def digests(self) -> dict[str, str]:
        """Return a digest of every part, by `front.<key>` and by heading line."""
        front = {front_part(key): _digest(value) for key, value in self.front.items()}
        return front | {heading: _digest(text.strip()) for heading, text in self.sections.items()}


def front_part(key: str) -> str:
    """Return the part name of a key of the front matter."""
    return f"front.{key}"


def parse_card(text: str) -> Card:
    """Split a card into parts. Raises ValueError if its front matter is not a YAML mapping."""
    text = text.replace("\r\n", "\n")
    match = _FRONT.match(text)
    try:
        front = yaml.safe_load(match["front"]) if match else {}
    except yaml.YAMLError as error:
        raise ValueError("the front matter is not YAML") from error
    if front is None:
        front = {}
    if not isinstance(front, dict):
        raise ValueError("the front matter is not a mapping")  # noqa: TRY004 - input, not call
    sections: dict[str, str] = {}
    for heading, body in _sections(text[match.end() :] if match else text):
        sections[heading] = sections.get(heading, "") + body
    return Card(front, sections)


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """Yield each section's heading line and whole text; headings in code blocks do not count."""
    heading, lines, fence = TOP, list[str](), ""
    for line in body.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif line.startswith("## ") and not fence:
            yield heading, "".join(lines)
            heading, lines = line.strip(), []
        lines.append(line)
    yield heading, "".join(lines)


def _digest(value: object) -> str:
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_DIGITS]
