"""What others name things by, made fit for a database index."""

import hashlib

LONGEST = 300
"""Characters. An index row of PostgreSQL takes 2,704 bytes, and a unique index here joins up to three of these."""


def bounded(identifier: str) -> str:
    """The identifier, or where it is too long its beginning and its SHA-256, which is as unique."""
    if len(identifier) <= LONGEST:
        return identifier
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{identifier[: LONGEST - 65]}~{digest}"
