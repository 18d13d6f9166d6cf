"""Packed files are told by their content, unpacked within limits, and refused where they are damaged."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from supplier_sla.landing.inventory import LandedFile, SkippedFile, take_inventory
from supplier_sla.landing.packing import archives
from supplier_sla.landing.packing import unpacking as unpacking_module
from supplier_sla.landing.packing.unpacking import LimitInvalid, UnpackLimits, random_access, unpacked
from supplier_sla.landing.refusal import FileRefused
from tests.support.export_files import workbook, zipped

CONTENT = b"ticket_id,opened_at\nT1,2026-01-05T09:12:44Z\n"


def found_in(landing: Path, limits: UnpackLimits | None = None) -> dict[str, LandedFile | SkippedFile]:
    return {entry.relative_path: entry for entry in take_inventory(landing, limits)}


def content_of(file: LandedFile | SkippedFile, limits: UnpackLimits | None = None) -> bytes:
    assert isinstance(file, LandedFile)
    with file.path.open("rb") as stream, unpacked(stream, file, limits or UnpackLimits()) as content:
        return content.read()


def refusals(landing: Path, limits: UnpackLimits | None = None) -> dict[str, str]:
    return {
        path: str(entry.refusal)
        for path, entry in found_in(landing, limits).items()
        if isinstance(entry, LandedFile) and entry.refusal
    }


@pytest.mark.parametrize("name", ["tickets.csv.gz", "tickets.csv"])
def test_gzip_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    packed = gzip.compress(CONTENT)
    (tmp_path / name).write_bytes(packed)
    file = found_in(tmp_path)[name]
    assert isinstance(file, LandedFile)
    assert content_of(file) == CONTENT
    assert (file.content_sha256, file.byte_size) == (hashlib.sha256(packed).hexdigest(), len(packed))
    assert "tickets.csv" in file.reading_names


def test_an_archive_with_one_file_is_that_file(tmp_path: Path) -> None:
    zipped(tmp_path / "tickets_2026-01-05.zip", [("folder/", b""), ("folder/data.csv", CONTENT)])
    (file,) = found_in(tmp_path).values()
    assert isinstance(file, LandedFile)
    assert content_of(file) == CONTENT
    assert file.reading_names == ("tickets_2026-01-05.zip", "tickets_2026-01-05.csv", "data.csv")


def test_each_of_several_files_in_an_archive_is_a_file_of_its_own(tmp_path: Path) -> None:
    hidden = [("__MACOSX/._tickets.csv", b"x"), ("b/.hidden", b"x"), ("late.csv.part", b"x")]
    zipped(
        tmp_path / "all.zip", [("b/tickets.csv", CONTENT), ("a.csv", b"a"), ("tickets.xlsx", workbook([], [])), *hidden]
    )
    found = found_in(tmp_path)
    skipped = {path for path, entry in found.items() if isinstance(entry, SkippedFile)}
    assert skipped == {"all.zip!/__MACOSX/._tickets.csv", "all.zip!/b/.hidden", "all.zip!/late.csv.part"}
    assert set(found) - skipped == {"all.zip!/a.csv", "all.zip!/b/tickets.csv", "all.zip!/tickets.xlsx"}
    file = found["all.zip!/b/tickets.csv"]
    assert isinstance(file, LandedFile)
    assert (content_of(file), file.byte_size, file.reading_names) == (CONTENT, len(CONTENT), ("tickets.csv",))
    assert file.content_sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert file.is_unchanged()
    assert refusals(tmp_path) == {}


def test_a_workbook_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "tickets.xlsx").write_bytes(workbook(["id"], [["T1"]]))
    (tmp_path / "damaged.xlsx").write_bytes(workbook(["id"], [["T1"]])[:-100])
    for file in found_in(tmp_path).values():
        assert isinstance(file, LandedFile)
        assert (file.packing, file.refusal) == (None, None)


@pytest.mark.parametrize(
    "name",
    ["../tickets.csv", "a/../../tickets.csv", "/tickets.csv", "..\\tickets.csv", "\\tickets.csv", "C:\\tickets.csv"],
)
def test_a_name_that_leaves_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    zipped(tmp_path / "all.zip", [(name, CONTENT), ("suppliers.csv", b"x")])
    zipped(tmp_path / "one.zip", [(name, CONTENT)])
    reasons = refusals(tmp_path)
    assert set(reasons) == {f"all.zip!/{name}", "one.zip"}
    assert all("a name below the archive" in reason for reason in reasons.values())


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        pytest.param("inner.csv", gzip.compress(CONTENT), id="gzip"),
        pytest.param("inner.zip", b"PK\x03\x04 and so on", id="zip"),
        pytest.param("inner.csv", b"PK\x03\x04 and so on", id="zip under another name"),
    ],
)
def test_an_archive_inside_an_archive_is_refused(tmp_path: Path, name: str, inner: bytes) -> None:
    zipped(tmp_path / "all.zip", [(name, inner), ("suppliers.csv", b"x")])
    assert "content that is not packed again" in refusals(tmp_path)[f"all.zip!/{name}"]


def test_a_name_twice_in_an_archive_is_refused_both_times(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(tmp_path / "all.zip", [("tickets.csv", CONTENT), ("tickets.csv", b"other")])
    entries = list(take_inventory(tmp_path))
    assert [isinstance(entry, LandedFile) and entry.refusal is not None for entry in entries] == [True, True]


def _without_end(content: bytes) -> bytes:
    return content[:-15]


def _with_damaged_content(content: bytes) -> bytes:
    return content.replace(CONTENT[:9], b"XXXXXXXXX", 1)


@pytest.mark.parametrize("damage", [_without_end, lambda content: content[:30]], ids=["no directory", "no content"])
def test_a_truncated_archive_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = zipped(tmp_path / "all.zip", [("tickets.csv", CONTENT)])
    path.write_bytes(damage(path.read_bytes()))
    assert "a complete zip archive" in refusals(tmp_path)["all.zip"]


def test_a_member_that_is_damaged_is_refused_and_the_others_are_not(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("tickets.csv", CONTENT)
        archive.writestr("suppliers.csv", b"supplier_id\n")
    path = tmp_path / "all.zip"
    path.write_bytes(_with_damaged_content(path.read_bytes()))
    reasons = refusals(tmp_path)
    assert set(reasons) == {"all.zip!/tickets.csv"}
    assert "Bad CRC-32" in reasons["all.zip!/tickets.csv"]


def test_an_empty_archive_is_refused(tmp_path: Path) -> None:
    zipped(tmp_path / "all.zip", [])
    assert "found 0 files" in refusals(tmp_path)["all.zip"]


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_MEMBERS", 2)
    zipped(tmp_path / "all.zip", [(f"{number}.csv", b"x") for number in range(3)])
    assert "1 to 2 files" in refusals(tmp_path)["all.zip"]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda packed: packed[: len(packed) // 2], id="cut off"),
        pytest.param(lambda packed: packed[:-8] + b"\0" * 8, id="wrong checksum"),
        pytest.param(lambda packed: packed[:10] + b"\xff" * 20, id="overwritten"),
        pytest.param(lambda packed: packed + b"appended", id="something after it"),
    ],
)
def test_a_damaged_gzip_file_is_refused_while_it_is_read(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    (tmp_path / "tickets.csv.gz").write_bytes(damage(gzip.compress(CONTENT * 100)))
    with pytest.raises(FileRefused, match="a complete gzip file"):
        content_of(found_in(tmp_path)["tickets.csv.gz"])


def test_bombs_are_refused_by_size(tmp_path: Path) -> None:
    limits = UnpackLimits(most_bytes=10_000)
    (tmp_path / "tickets.csv.gz").write_bytes(gzip.compress(b"0" * 20_000))
    zipped(tmp_path / "one.zip", [("tickets.csv", b"0" * 20_000)])
    zipped(tmp_path / "two.zip", [("tickets.csv", b"0" * 6_000), ("suppliers.csv", b"0" * 6_000)])
    reasons = refusals(tmp_path, limits)
    assert set(reasons) == {"one.zip", "two.zip"}
    assert "at most 10,000 bytes (SUPPLIER_SLA_MOST_UNPACKED_BYTES)" in reasons["two.zip"]
    with pytest.raises(FileRefused, match="at most 10,000 bytes"):
        content_of(found_in(tmp_path)["tickets.csv.gz"], limits)


def test_bombs_are_refused_by_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking_module, "RATIO_COUNTS_FROM_BYTES", 100_000)
    (tmp_path / "tickets.csv.gz").write_bytes(gzip.compress(b"0" * 2_000_000))
    zipped(tmp_path / "one.zip", [("tickets.csv", b"0" * 2_000_000)])
    assert "at most 200 times the packed bytes" in refusals(tmp_path)["one.zip"]
    with pytest.raises(FileRefused, match="at most 200 times the packed bytes"):
        content_of(found_in(tmp_path)["tickets.csv.gz"])
    assert content_of(found_in(tmp_path)["tickets.csv.gz"], UnpackLimits(highest_ratio=2_000)) == b"0" * 2_000_000


def test_a_member_larger_than_its_directory_says_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", [("tickets.csv", b"0" * 100_000)])
    size = (100_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))
    assert "Bad CRC-32" in refusals(tmp_path)["all.zip"]


def test_unpacked_content_can_be_read_again_from_its_start_and_jumped_in(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv.gz").write_bytes(gzip.compress(CONTENT * 100_000))
    file = found_in(tmp_path)["tickets.csv.gz"]
    assert isinstance(file, LandedFile)
    with file.path.open("rb") as stream, unpacked(stream, file, UnpackLimits()) as content:
        assert content.read(len(CONTENT) * 50_000)[:9] == CONTENT[:9]
        content.seek(0)
        jumping = random_access(content)
        jumping.seek(-9, io.SEEK_END)
        assert jumping.read() == CONTENT[-9:]


def test_limits_come_from_the_environment() -> None:
    assert UnpackLimits.from_environment({}) == UnpackLimits()
    given = {"SUPPLIER_SLA_MOST_UNPACKED_BYTES": "1000", "SUPPLIER_SLA_HIGHEST_UNPACKED_RATIO": "5"}
    assert UnpackLimits.from_environment(given) == UnpackLimits(1_000, 5)


@pytest.mark.parametrize("text", ["0", "-1", "16GB", "1.5", "²"])
def test_a_limit_that_is_no_number_is_named(text: str) -> None:
    with pytest.raises(LimitInvalid, match="SUPPLIER_SLA_MOST_UNPACKED_BYTES"):
        UnpackLimits.from_environment({"SUPPLIER_SLA_MOST_UNPACKED_BYTES": text})
