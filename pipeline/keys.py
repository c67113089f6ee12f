"""Keys of rows: derived from content, so that the same content has the same key in every build."""

import hashlib

KEY_BYTES = 12
"""96 bits: among ten billion keys, two collide with a probability of about 10⁻⁹ (birthday bound)."""


def key(*parts: str | int) -> str:
    """Return 24 hexadecimal digits for a tuple of parts, none of which contains a unit separator."""
    text = "\x1f".join(map(str, parts))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).hexdigest()
