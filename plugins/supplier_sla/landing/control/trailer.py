"""Reads a file without its last line, which says what the file should hold."""

from __future__ import annotations

import io
from typing import BinaryIO

LONGEST_TRAILER_BYTES = 1 << 16


class WithoutTrailer(io.RawIOBase):
    """A stream of everything before the last line that is not blank; `line` is that line, once all was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._begin()

    def _begin(self) -> None:
        self._held = b""
        self._ready = b""
        self._has_ended = False
        self.line = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """Back to the start only."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Back to the start; raises UnsupportedOperation for anything else."""
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("only back to the start")
        self._stream.seek(0)
        self._begin()
        return 0

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """The next bytes; as many as a trailer may have are held back until the end is known."""
        while not self._ready and not self._has_ended:
            block = self._stream.read(LONGEST_TRAILER_BYTES)
            self._held += block
            if block:
                end = max(len(self._held) - LONGEST_TRAILER_BYTES, 0)
            else:
                self._has_ended = True
                text = self._held.rstrip()
                end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
                self.line = text[end:]
            self._ready, self._held = self._held[:end], self._held[end:]
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count
