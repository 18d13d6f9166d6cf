"""Text files as chunks of whole physical lines. A line ends at LF, CR LF or CR."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from supplier_sla.landing.encodings import encoding_of
from supplier_sla.landing.refusal import FileRefused, printable

CHUNK_CHARACTERS = 1 << 20
LONGEST_LINE_CHARACTERS = 1 << 24


@dataclass
class Chunk:
    """Whole physical lines, with their line ends; clean if the database can take every character of them."""

    lines: list[str]
    is_clean: bool = field(kw_only=True)


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
        is_clean = is_text(characters)
        lines = list(io.StringIO(characters, newline=""))
        # A last line that ends with CR may still get its LF from the next read.
        rest = "" if lines[-1].endswith("\n") else lines.pop()
        line_count += len(lines)
        if len(rest) > LONGEST_LINE_CHARACTERS:
            raise FileRefused(
                f"line {line_count + 1}",
                expected=f"at most {LONGEST_LINE_CHARACTERS:,} characters",
                found=f"a line that is longer and begins with {printable(rest, 40)!r}",
            )
        if lines:
            yield Chunk(lines, is_clean=is_clean)
    if rest:
        yield Chunk([rest], is_clean=False)


def is_text(characters: str) -> bool:
    """Whether the database can take it: no NUL, and no lone surrogate, such as an undecodable byte leaves."""
    if "\0" in characters:
        return False
    try:
        characters.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
