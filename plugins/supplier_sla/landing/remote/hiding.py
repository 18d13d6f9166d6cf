"""Secrets stay out of what people read: options without values in their repr, foreign texts with secrets cut out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

HIDDEN = "***"

_SECRET_NAMES = re.compile(r"secret|passw|passphrase|token|key|credential|sas|auth|cookie|connection_string|pkey", re.I)
_LOGIN_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@:]*:[^/\s@]+(?=@)")
_SECRET_IN_QUERY = re.compile(r"([?&][^=&\s]*(?:sig|token|secret|key|passw|credential)[^=&\s]*=)[^&\s'\"]+", re.I)


class StorageOptions(dict[str, Any]):
    """fsspec's options of one landing. `repr` and `str` show the names only."""

    def __repr__(self) -> str:
        return f"StorageOptions({', '.join(sorted(self))})"

    __str__ = __repr__


def without_secrets(text: str, options: Mapping[str, Any]) -> str:
    """`text` without any value of `options` whose name sounds secret, and without logins or signatures in addresses."""
    for secret in sorted(set(_secrets(options)), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _SECRET_IN_QUERY.sub(rf"\1{HIDDEN}", _LOGIN_IN_ADDRESS.sub(HIDDEN, text))


def _secrets(value: Any, *, is_secret: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secrets(inner, is_secret=is_secret or bool(_SECRET_NAMES.search(str(name))))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _secrets(inner, is_secret=is_secret)
    elif is_secret and isinstance(value, str) and value:
        yield value
        yield from (line for line in value.splitlines() if len(line) > 8)  # a private key
