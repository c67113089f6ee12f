"""The whole text of a page on one line, as of a text whose white space was collapsed."""

from shortscience.pipeline.sources import joined_text

FORM = joined_text.FORM
KEEPS_STRUCTURE = False

parse = joined_text.parse


def recognise(data: bytes) -> bool:
    """Whether the bytes are such a text."""
    return joined_text.recognise(data) and joined_text.is_flat(data)
