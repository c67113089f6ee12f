"""Where the lines of a flattened text began."""


def line_starts(text: str, markdown: str) -> list[int]:
    """Return where in a text the lines of its Markdown begin, in order.

    The Markdown is the text with some of its spaces turned into line breaks and indentation.
    """
    starts = []
    position = 0
    for line in markdown.split("\n"):
        if written := line.lstrip(" "):
            position = text.index(written, position)
            starts.append(position)
            position += len(written)
    return starts
