"""A small export of tickets, and the ways in which real exports get damaged on their way. For property tests."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

HEADER = ("source_system", "ticket_id", "opened_at", "title", "state_code")
DELIMITER = ","

_TITLES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\n\r,\u2028\u2029\x85'), max_size=12
)
_INSTANTS = (
    "2026-01-05T09:12:44Z",
    "2026-01-05 10:00:00+01:00",
    "",
    "2026-01-05T09:12",
    "01/05/2026 09:12",
    "46027.38",
)
_MANGLED_CELLS = (
    "1.23457E+11", "46027.3839", "05/01/2026 09:12", "5-Jan", "#N/A", "=1+1", "=HYPERLINK(A1)", "@SUM(A1:A9)",
    "+cmd|' /C calc'!A0", "../../etc/passwd", "TRUE", "1e309", "-1", "NULL", "\u202eabc", "00012", "   ",
)  # fmt: skip
_LINE_ENDS = (b"\n", b"\r\n", b"\r", b"\n\n", b"\n\r\n")
_ENCODINGS = ("utf-16", "utf-16-le", "gb18030", "latin-1", "utf-8-sig", "utf-7")

Damage = Callable[[bytes, st.DrawFn], bytes]


def _lines(content: bytes) -> list[bytes]:
    return content.split(b"\n")


def _cells_of_a_line(content: bytes, draw: st.DrawFn) -> tuple[list[bytes], int, list[bytes]]:
    lines = _lines(content)
    number = draw(st.integers(0, len(lines) - 1))
    return lines, number, lines[number].split(DELIMITER.encode())


def cut_off(content: bytes, draw: st.DrawFn) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def a_block_twice(content: bytes, draw: st.DrawFn) -> bytes:
    lines = _lines(content)
    start = draw(st.integers(0, len(lines) - 1))
    end = draw(st.integers(start, len(lines)))
    return b"\n".join([*lines[:end], *lines[start:end], *lines[end:]])


def columns_swapped(content: bytes, draw: st.DrawFn) -> bytes:
    lines, number, cells = _cells_of_a_line(content, draw)
    lines[number] = DELIMITER.encode().join(draw(st.permutations(cells)))
    return b"\n".join(lines)


def mixed_line_ends(content: bytes, draw: st.DrawFn) -> bytes:
    return b"".join(line + draw(st.sampled_from(_LINE_ENDS)) for line in _lines(content))


def a_stray_byte(content: bytes, draw: st.DrawFn) -> bytes:
    place = draw(st.integers(0, len(content)))
    stray = draw(st.sampled_from([b'"', b'""', b"\0", b"\xff", b"\xc3", b"\\", b"\t", b"\x1a", b"\xef\xbb\xbf", b","]))
    return content[:place] + stray + content[place:]


def another_encoding(content: bytes, draw: st.DrawFn) -> bytes:
    encoding = draw(st.sampled_from(_ENCODINGS))
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def a_header_once_more(content: bytes, draw: st.DrawFn) -> bytes:
    lines = _lines(content)
    lines.insert(draw(st.integers(0, len(lines))), lines[0])
    return b"\n".join(lines)


def a_column_twice(content: bytes, draw: st.DrawFn) -> bytes:
    return b"\n".join(line + b"," + line.split(b",")[0] for line in _lines(content))


def a_mangled_cell(content: bytes, draw: st.DrawFn) -> bytes:
    lines, number, cells = _cells_of_a_line(content, draw)
    cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from(_MANGLED_CELLS)).encode()
    lines[number] = DELIMITER.encode().join(cells)
    return b"\n".join(lines)


def a_very_long_field(content: bytes, draw: st.DrawFn) -> bytes:
    lines, number, cells = _cells_of_a_line(content, draw)
    cells[draw(st.integers(0, len(cells) - 1))] = b"x" * draw(st.sampled_from([600, 140_000]))
    lines[number] = DELIMITER.encode().join(cells)
    return b"\n".join(lines)


def ten_thousand_columns(content: bytes, draw: st.DrawFn) -> bytes:
    lines = _lines(content)
    if draw(st.booleans()):
        lines[0] += b"," + ",".join(f"c{number}" for number in range(10_000)).encode()
    else:
        lines[draw(st.integers(0, len(lines) - 1))] += b"," * 10_000
    return b"\n".join(lines)


def a_quoted_field_of_two_lines(content: bytes, draw: st.DrawFn) -> bytes:
    lines, number, cells = _cells_of_a_line(content, draw)
    cells[draw(st.integers(0, len(cells) - 1))] = draw(st.sampled_from([b'"a\nb"', b'"a\r\n../b"', b'"=1+""1"""']))
    lines[number] = DELIMITER.encode().join(cells)
    return b"\n".join(lines)


DAMAGES: tuple[Damage, ...] = (
    cut_off,
    a_block_twice,
    columns_swapped,
    mixed_line_ends,
    a_stray_byte,
    another_encoding,
    a_header_once_more,
    a_column_twice,
    a_mangled_cell,
    a_very_long_field,
    ten_thousand_columns,
    a_quoted_field_of_two_lines,
)


@st.composite
def damaged_exports(draw: st.DrawFn) -> bytes:
    """The bytes of a file of tickets after none to three damages, one upon the other."""
    row = st.tuples(
        st.sampled_from(["desk", "", "field"]),
        st.sampled_from(["T1", "T2", "T3", "T4"]),
        st.sampled_from(_INSTANTS),
        _TITLES,
        st.sampled_from(["", "closed", "on hold"]),
    )
    rows = draw(st.lists(row, max_size=8))
    content = "\n".join(DELIMITER.join(cells) for cells in [HEADER, *rows, ()]).encode()
    for damage in draw(st.lists(st.sampled_from(DAMAGES), max_size=3)):
        content = damage(content, draw)
    return content
