"""Text files as chunks of whole physical lines. A line ends at LF, CR LF or CR."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from supplier_sla.landing.encodings import encoding_of
from supplier_sla.landing.refusal import FileRefused, printable

CHUNK_CHARACTERS = 1 << 20
LONGEST_LINE_CHARACTERS = 1 << 24


@dataclass
class Chunk:
    """Whole physical lines with their ends; `encoded` is None if the database cannot take every character of them."""

    text: str
    encoded: bytes | None = None

    @property
    def is_clean(self) -> bool:
        """Whether the database can take every character."""
        return self.encoded is not None

    @cached_property
    def lines(self) -> list[str]:
        """The lines one by one."""
        return list(io.StringIO(self.text, newline=""))


def open_text(stream: BinaryIO, declared: str) -> io.TextIOWrapper:
    """The file as text; bytes that are none in its encoding come out as lone surrogates."""
    encoding = encoding_of(stream, declared)
    return io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")


def chunks(text: io.TextIOWrapper) -> Iterator[Chunk]:
    """The lines of a file, about CHUNK_CHARACTERS at a time.

    Raises:
        FileRefused: a line without end, or damage after which the encoding cannot go on.
    """
    rest = ""
    line_count = 0
    while characters := read_characters(text):
        characters = rest + characters
        end = _end_of_last_line(characters)
        whole, rest = characters[:end], characters[end:]
        line_count += whole.count("\n") + whole.count("\r") - whole.count("\r\n")
        if len(rest) > LONGEST_LINE_CHARACTERS:
            raise FileRefused(
                f"line {line_count + 1}",
                expected=f"at most {LONGEST_LINE_CHARACTERS:,} characters",
                found=f"a line that is longer and begins with {printable(rest, 40)!r}",
            )
        if whole:
            yield Chunk(whole, _encoded(whole))
    if rest:
        yield Chunk(rest)


def _end_of_last_line(characters: str) -> int:
    """Where the last whole line ends. One that ends with CR may still get its LF from the next read."""
    if characters.endswith("\n"):
        return len(characters)
    return max(characters.rfind("\n"), characters.rfind("\r", 0, len(characters) - 1)) + 1


def is_text(characters: str) -> bool:
    """Whether the database can take it: no NUL, and no lone surrogate, such as an undecodable byte leaves."""
    return _encoded(characters) is not None


def _encoded(characters: str) -> bytes | None:
    """UTF-8, or None if the database cannot take it."""
    if "\0" in characters:
        return None
    try:
        return characters.encode("utf-8")
    except UnicodeEncodeError:
        return None


def damage_of(value: str, encoding: str) -> tuple[str, str]:
    """Reason code and expectation for a value that is no text."""
    if "\0" in value:
        return "nul_byte", "text without NUL bytes"
    return "undecodable_bytes", f"{encoding} text"


def read_characters(text: io.TextIOWrapper) -> str:
    """The next CHUNK_CHARACTERS; raises FileRefused after damage that its encoding cannot pass."""
    try:
        return text.read(CHUNK_CHARACTERS)
    except UnicodeDecodeError as error:  # only of encodings in which a damaged byte leaves no way to go on
        raise FileRefused("the file", expected=f"text in {text.encoding}", found=str(error)) from error
