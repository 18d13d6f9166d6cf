"""The archive as a file: the same content gives the same bytes, and a changed member is found."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.archive.__main__ import default_name
from supplier_sla.archive.checking import ArchiveUnreadable, differences
from supplier_sla.archive.contents_page import contents_page
from supplier_sla.archive.members import Member, MemberWriter
from supplier_sla.archive.tables import written

FACTS: dict[str, Any] = {
    "supplier_id": "S1",
    "supplier_name": "<script>alert(1)</script>",
    "supplier_name_zh": "极致服务",
    "as_of": "2026-07-15T12:00:00+00:00",
    "publication_id": 3,
}


def _archive(path: Path, *, amount: str = "1.00", stranger: bool = False) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        writer = MemberWriter(archive)
        writer.add_table("tables/a.csv", ("name", "amount"), [("北风, GmbH", "1.00")], "A table.")
        members = [{"path": member.path, "sha256": member.sha256} for member in writer.members]
        writer.add_bytes("manifest.json", json.dumps({"members": members}).encode(), "")
    if (amount, stranger) != ("1.00", False):
        content = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
        content["tables/a.csv"] = content["tables/a.csv"].replace(b"1.00", amount.encode())
        with zipfile.ZipFile(path, "w") as archive:
            for name, said in {**content, **({"more.csv": b""} if stranger else {})}.items():
                archive.writestr(name, said)
    return path


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (_archive(tmp_path / name).read_bytes() for name in ("one.zip", "two.zip"))
    assert first == second


def test_a_table_is_counted_and_readable_by_a_spreadsheet(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = MemberWriter(archive).add_table("a.csv", ("name",), [("北风, GmbH",), ('say "so"',)], "A table.")
    content = zipfile.ZipFile(tmp_path / "a.zip").read("a.csv")
    assert member.row_count == 2
    assert content == '\ufeffname\r\n"北风, GmbH"\r\n"say ""so"""\r\n'.encode()


def test_an_archive_as_it_was_written_is_sound(tmp_path: Path) -> None:
    _, problems = differences(_archive(tmp_path / "a.zip"))
    assert problems == []


def test_a_changed_figure_and_an_added_file_are_found(tmp_path: Path) -> None:
    _, problems = differences(_archive(tmp_path / "a.zip", amount="9.00", stranger=True))
    assert [problem.partition(":")[0] for problem in problems] == ["more.csv", "tables/a.csv"]


@pytest.mark.parametrize("content", [b"", b"no zip"])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(ArchiveUnreadable, match=r"manifest\.json"):
        differences(path)


def test_values_are_exact_in_utc_and_never_formulas() -> None:
    berlin = timezone(timedelta(hours=1))
    values = [None, True, Decimal("1E+3"), datetime(2026, 1, 5, 10, tzinfo=berlin), "=1+1", 7]
    assert list(map(written, values)) == ["", "true", "1000", "2026-01-05T09:00:00+00:00", "'=1+1", "7"]


def test_the_contents_are_escaped_and_say_it_in_both_languages() -> None:
    page = contents_page([Member("letters/a b.html", "A letter.", None, "0" * 64)], **FACTS).decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert '<html lang="en">' in page
    assert "供应商档案" in page
    assert 'href="letters/a%20b.html"' in page


@pytest.mark.parametrize("supplier_id", ["../../etc/passwd", "SUP 1", "北"])
def test_a_file_name_never_leaves_its_folder(supplier_id: str) -> None:
    assert Path(default_name(supplier_id)).name == default_name(supplier_id)
    assert default_name(supplier_id).isascii()
