"""Keys of rows, derived from content: the same content has the same key in every build."""

import hashlib

KEY_BYTES = 12
"""96 bits: among ten billion keys, two collide with a probability of 10⁻⁹ (birthday bound)."""


def key(*parts: str | int) -> str:
    """Return 24 hexadecimal digits for a tuple of parts.

    Parts are joined by the unit separator, U+001F; only the last may contain one.
    """
    text = "\x1f".join(map(str, parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()
