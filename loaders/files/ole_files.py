"""Just enough of OLE2 (the container of .xls) to list its streams and read one: encryption and error cells."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

FREE = 0xFFFFFFFA  # this and above: not a sector number
MINI_STREAM_BELOW = 4096


class OleError(Exception):
    """The container is cut or inconsistent."""


class OleFile:
    """A read-only view of an OLE2 file held in memory (the upload limit bounds it)."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        if len(self.data) < 512 + 128:
            raise OleError
        self.sector = 1 << min(struct.unpack_from("<H", self.data, 30)[0], 16)
        if self.sector not in (512, 4096):
            raise OleError
        self.table = self._allocation_table()
        self.entries = dict(self._directory())

    def _at(self, number: int) -> bytes:
        start = (number + 1) * self.sector
        part = self.data[start : start + self.sector]
        if not part:
            raise OleError
        return part

    def _numbers(self, number: int) -> tuple[int, ...]:
        part = self._at(number)
        return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])

    def _allocation_table(self) -> list[int]:
        sectors = list(struct.unpack_from("<109I", self.data, 76))
        following, steps = struct.unpack_from("<I", self.data, 68)[0], 0
        while following < FREE:
            numbers = self._numbers(following)
            sectors += numbers[:-1]
            following, steps = numbers[-1], steps + 1
            if steps > len(self.data) // self.sector:
                raise OleError
        table: list[int] = []
        for number in sectors:
            if number < FREE:
                table += self._numbers(number)
        return table

    def _chain(self, start: int) -> Iterator[bytes]:
        number, steps = start, 0
        while number < FREE:
            if number >= len(self.table) or steps > len(self.table):
                raise OleError
            yield self._at(number)
            number, steps = self.table[number], steps + 1

    def _directory(self) -> Iterator[tuple[str, tuple[int, int]]]:
        directory = b"".join(self._chain(struct.unpack_from("<I", self.data, 48)[0]))
        for offset in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, offset + 64)
            if kind and 2 <= length <= 64:
                name = directory[offset : offset + length - 2].decode("utf-16-le", errors="replace")
                yield name, struct.unpack_from("<II", directory, offset + 116)

    def stream(self, name: str) -> bytes:
        """The bytes of one ordinary stream; empty for a small one (kept in the mini stream, of no use to us)."""
        start, size = self.entries[name]
        if size < MINI_STREAM_BELOW:
            return b""
        return b"".join(self._chain(start))[:size]


def ole_stream_names(path: Path) -> set[str]:
    """Names of all streams and storages of an OLE2 file."""
    try:
        return set(OleFile(path).entries)
    except (struct.error, IndexError):
        raise OleError from None


def biff_records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Walk the records of a Workbook stream as ``(type, body)``; a cut tail ends the walk."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, stream[position + 4 : position + 4 + length]
        position += 4 + length
