"""The archive of the sliding supplier, made from the sample night: its record, its letters, and hashes that hold."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from supplier_sla.archive.__main__ import NOT_DONE, SOUND, main
from tests.night.conftest import SampleNight

pytestmark = pytest.mark.night

SUPPLIER = "SUP-02"


def _archive(night: SampleNight, path: Path) -> Path:
    assert main([SUPPLIER, "--home", str(night.home.folder), "--out", str(path)]) == SOUND
    return path


def test_the_archive_holds_the_record_and_the_letters_and_nobody_elses_rows(
    sample_night: SampleNight, tmp_path: Path
) -> None:
    with zipfile.ZipFile(_archive(sample_night, tmp_path / "a.zip")) as archive:
        tables = [name for name in archive.namelist() if name.startswith("tables/")]
        rows = {name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))) for name in tables}
        letters = {Path(name).name: archive.read(name) for name in archive.namelist() if name.startswith("letters/")}
    assert {row["supplier_id"] for table in rows.values() for row in table} == {SUPPLIER}
    record = rows["tables/rpt_supplier_record.csv"]
    assert {row["record_group_code"] for row in record} == {"known", "sent", "answered", "decided"}
    assert [row["occurred_date"] for row in record] == sorted(row["occurred_date"] for row in record)
    outbox = sample_night.home.folder / "outbox" / "notices"
    assert letters
    assert all((outbox / name).read_bytes() == content for name, content in letters.items())


def test_the_same_night_gives_the_same_archive_and_it_is_sound(sample_night: SampleNight, tmp_path: Path) -> None:
    first, second = (_archive(sample_night, tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()
    assert main(["--check", str(first)]) == SOUND


def test_an_unknown_supplier_is_refused_in_words(
    sample_night: SampleNight, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.zip"
    assert main(["SUP-99", "--home", str(sample_night.home.folder), "--out", str(path)]) == NOT_DONE
    assert "supplier SUP-99" in capsys.readouterr().err
    assert not path.exists()
