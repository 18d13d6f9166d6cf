"""In which encoding a text file is written."""

from __future__ import annotations

import codecs
from typing import BinaryIO

DETECT = "detect"

# The marks of UTF-32 go first: the little-endian one begins like that of UTF-16.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def encoding_of(stream: BinaryIO, declared: str) -> str:
    """The encoding that the byte order mark names, else the declared one; the stream is back at its start.

    `detect` without a mark is UTF-16 where every other byte at the start is zero, else UTF-8. Nothing else can be told
    from the bytes: rows that are no UTF-8 go to quarantine and somebody has to declare the encoding.
    """
    beginning = stream.read(4)
    stream.seek(0)
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if beginning.startswith(mark)), None)
    if marked is not None:
        return marked
    if declared != DETECT:
        return declared
    if len(beginning) == 4 and beginning[1] == beginning[3] == 0 != beginning[0]:
        return "utf-16-le"
    if len(beginning) == 4 and beginning[0] == beginning[2] == 0 != beginning[1]:
        return "utf-16-be"
    return "utf-8"
