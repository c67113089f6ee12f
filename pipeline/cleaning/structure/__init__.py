r"""Giving a flattened summary back its blocks.

A dump joins all lines of a summary with single spaces. What remains of its structure are the
Markdown markers, now in the middle of a line, where each could also be prose: a hyphen between two
words, a number at the end of a sentence, a hash in code. Rules decide which of them opened a line;
a model fitted to summaries whose lines are known decides where a paragraph began that no marker
shows. Each boundary comes with its probability. Where a dump made a space of each line break
instead, several spaces show where empty lines were.

Only white space is changed: `markdown` and `text` are equal once all white space is removed.
"""

from shortscience.pipeline.cleaning.structure.boundaries import Boundary, confidence
from shortscience.pipeline.cleaning.structure.restoring import Restored, restore

__all__ = ["Boundary", "Restored", "confidence", "restore"]
