"""Links on pages kept by the Wayback Machine, which makes them lead to its own copies."""

import re

# After the time, two letters tell how the copy is shown: `im_` as an image, `if_` without a frame.
_COPY = re.compile(r"\A(?:(?:https?:)?//web\.archive\.org)?/web/\d{1,14}(?:[a-z]{2}_)?/(?=https?:)")


def original(address: str) -> str:
    """Return the address that a link had before; another address is returned as it is."""
    return _COPY.sub("", address)
