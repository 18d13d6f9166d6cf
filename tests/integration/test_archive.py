"""Archives of the landing folder and of remote landings: what is processed moves, and nothing is lost on the way."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import psycopg2
import pytest

from supplier_sla.landing import land_exports
from supplier_sla.landing.archive import book as archive_book
from supplier_sla.landing.archive.moving import ArchiveInvalid, ArchivingFailed, archive_files, landing_archive
from supplier_sla.landing.delivered_file import DeliveredFileMissing, find_delivered_file
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.fetching import RemoteSources
from supplier_sla.landing.remote.place import RemotePlace
from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(hours=1)
HEADER = "supplier_id,supplier_name,valid_from,updated_at\n"


class House:
    """A landing folder with an archive, and a remote landing with one."""

    def __init__(self, warehouse: Warehouse, home: Path) -> None:
        self._warehouse = warehouse
        self.landing, self.archive, self.inbox = home / "landing", home / "archive", home / "inbox"
        self.landing.mkdir()
        remote = RemoteLanding(name="desk", address="memory://desk/in", archive="memory://desk/done")
        self._sources = RemoteSources((remote,), self.inbox, LATER)
        self.told: list[str] = []

    def land(self, *, is_checked: bool = True) -> None:
        land_exports(self._warehouse.loader_url, self.landing, as_of=AS_OF, run_id="night", remote=self._sources)
        if is_checked:
            self._warehouse.query(
                "update ops.delivery set is_checked = true where state in ('loaded', 'partly_loaded')"
            )

    def move(self, *, is_archived: bool = True) -> int:
        self.told.clear()
        return archive_files(
            self._warehouse.loader_url,
            self.landing,
            archive=self.archive if is_archived else None,
            remote=self._sources if is_archived else None,
            as_of=AS_OF,
            run_id="night",
            report=self.told.append,
        )

    def archived(self) -> dict[str, bytes]:
        return files_in(self.archive)

    def book(self) -> list[tuple]:
        return self._warehouse.query(
            "select relative_path, archive_address, is_moved from ops.archived_file order by archived_file_id"
        )

    def found(self, relative_path: str) -> bytes:
        ((content_sha256,),) = self._warehouse.query(
            "select content_sha256 from ops.delivery where relative_path = %s", (relative_path,)
        )
        with closing(psycopg2.connect(self._warehouse.loader_url)) as connection, connection.cursor() as cursor:
            file = find_delivered_file(cursor, content_sha256, relative_path, folders=[self.landing], inbox=self.inbox)
            return file.path.read_bytes()


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    memory = fsspec.filesystem("memory")
    memory.makedirs("/desk/in", exist_ok=True)
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


@pytest.fixture
def house(warehouse: Warehouse, tmp_path: Path, store: fsspec.AbstractFileSystem) -> House:
    return House(warehouse, tmp_path)


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def suppliers(*ids: str) -> bytes:
    return (HEADER + "".join(f"{supplier_id},Name,,\n" for supplier_id in ids)).encode()


def killed(*arguments: object, **options: object) -> Any:
    raise KeyboardInterrupt


def test_files_stay_unless_a_setting_names_an_archive(house: House) -> None:
    (house.landing / "suppliers.csv").write_bytes(suppliers("S1"))
    house.land()
    assert house.move(is_archived=False) == 0
    assert list(files_in(house.landing)) == ["suppliers.csv"]
    assert landing_archive(house.landing, {}) is None
    assert landing_archive(house.landing, {"SUPPLIER_SLA_LANDING_ARCHIVE": "stay"}) is None


@pytest.mark.parametrize("inside", ["landing/done", "landing", "done"])
def test_an_archive_inside_the_landing_folder_is_refused(house: House, inside: str) -> None:
    value = inside if inside == "done" else str(house.landing.parent / inside)
    with pytest.raises(ArchiveInvalid, match="absolute folder outside the landing folder"):
        landing_archive(house.landing, {"SUPPLIER_SLA_LANDING_ARCHIVE": value})


def test_what_is_processed_moves_and_what_is_refused_or_not_judged_yet_stays(house: House) -> None:
    (house.landing / "2026").mkdir()
    (house.landing / "2026" / "suppliers.csv").write_bytes(suppliers("S1"))
    (house.landing / "suppliers_copy.csv").write_bytes(suppliers("S1"))
    (house.landing / "notes.csv").write_bytes(b"a,b\n1,2\n")
    house.land(is_checked=False)
    assert house.move() == 1, "a repeated file has nothing that the door in could judge"
    house.land()
    assert house.move() == 1
    assert list(files_in(house.landing)) == ["notes.csv"]
    assert set(house.archived()) == {"2026/suppliers.csv", "suppliers_copy.csv"}
    assert ("2026/suppliers.csv", str(house.archive / "2026/suppliers.csv"), True) in house.book()
    assert house.found("2026/suppliers.csv") == suppliers("S1")
    assert house.found("notes.csv") == b"a,b\n1,2\n"


def test_a_taken_name_is_numbered_by_hash_and_the_same_content_is_kept_once(house: House) -> None:
    for content in (suppliers("S1"), suppliers("S2"), suppliers("S1")):
        (house.landing / "suppliers.csv").write_bytes(content)
        house.land()
        assert house.move() == 1
    assert files_in(house.landing) == {}
    assert house.archived().pop("suppliers.csv") == suppliers("S1")
    assert sorted(house.archived().values()) == [suppliers("S1"), suppliers("S2")]


def test_a_zip_archive_moves_as_one_when_all_its_files_are_processed(house: House) -> None:
    def deliver(**contents: bytes) -> None:
        with zipfile.ZipFile(house.landing / "all.zip", "w") as archive:
            for name, content in contents.items():
                archive.writestr(f"{name}.csv", content)

    deliver(suppliers=suppliers("S1"), notes=b"a,b\n1,2\n")
    house.land()
    assert house.move() == 0
    deliver(suppliers=suppliers("S1"), suppliers_b=suppliers("S2"))
    house.land()
    assert house.move() == 1
    assert list(house.archived()) == ["all.zip"]
    assert house.found("all.zip!/suppliers_b.csv") == house.archived()["all.zip"]


def test_a_file_that_was_replaced_since_it_was_landed_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.landing / "suppliers.csv"
    path.write_bytes(suppliers("S1"))
    house.land()
    right = archive_book.plan_move

    def replaced_meanwhile(*arguments: Any, **options: Any) -> int:
        path.write_bytes(suppliers("S1", "S2"))
        return right(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(archive_book, "plan_move", replaced_meanwhile)
        with pytest.raises(ArchivingFailed, match="found other content by now"):
            house.move()
    assert (files_in(house.landing), house.archived()) == ({"suppliers.csv": suppliers("S1", "S2")}, {})


def test_a_night_killed_before_during_or_after_the_move_is_finished_by_the_next(
    house: House, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    (house.landing / "suppliers.csv").write_bytes(suppliers("S1"))
    store.pipe("/desk/in/suppliers_b.csv", suppliers("S2"))
    house.land()
    for step in ("plan_move", "mark_moved"):
        with monkeypatch.context() as patch:
            patch.setattr(archive_book, step, killed)
            with pytest.raises(KeyboardInterrupt):
                house.move()
    assert [is_moved for *_, is_moved in house.book()] == [False]
    assert house.move() == 1, "the remote file, whose turn had not come"
    assert house.book() == [
        ("suppliers.csv", str(house.archive / "suppliers.csv"), True),
        ("desk:suppliers_b.csv", "memory://desk/done/suppliers_b.csv", True),
    ]
    assert (files_in(house.landing), house.archived()) == ({}, {"suppliers.csv": suppliers("S1")})


def test_a_remote_move_cut_off_between_copy_and_removal_leaves_one_copy_in_the_end(
    house: House, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe("/desk/in/suppliers.csv", suppliers("S1"))
    house.land()
    with monkeypatch.context() as patch:
        patch.setattr(type(store), "rm_file", killed)
        with pytest.raises(KeyboardInterrupt):
            house.move()
    assert sorted(store.find("/desk")) == ["/desk/done/suppliers.csv", "/desk/in/suppliers.csv"]
    assert house.move() == 1
    assert sorted(store.find("/desk")) == ["/desk/done/suppliers.csv"]
    assert [is_moved for *_, is_moved in house.book()] == [True]
    assert house.found("desk:suppliers.csv") == suppliers("S1")


def test_a_file_only_a_remote_archive_still_has_is_named_with_its_address(
    house: House, store: fsspec.AbstractFileSystem
) -> None:
    store.pipe("/desk/in/suppliers.csv", suppliers("S1"))
    house.land()
    house.move()
    for copy in house.inbox.rglob("*.csv"):
        copy.unlink()
    with pytest.raises(DeliveredFileMissing, match=r"archived as memory://desk/done/suppliers\.csv"):
        house.found("desk:suppliers.csv")


def test_an_archive_on_another_disk_gets_a_checked_copy(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (house.landing / "suppliers.csv").write_bytes(suppliers("S1"))
    house.land()
    right = Path.rename

    def rename_on_one_disk(path: Path, target: Path) -> Path:
        if path.parent == house.landing and Path(target).parent != house.landing:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return right(path, target)

    monkeypatch.setattr(Path, "rename", rename_on_one_disk)
    assert house.move() == 1
    assert (files_in(house.landing), house.archived()) == ({}, {"suppliers.csv": suppliers("S1")})


def test_one_archive_that_fails_does_not_keep_the_other_from_moving(
    house: House, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    (house.landing / "suppliers.csv").write_bytes(suppliers("S1"))
    (house.landing / "suppliers_b.csv").write_bytes(suppliers("S2"))
    store.pipe("/desk/in/suppliers_c.csv", suppliers("S3"))
    house.land()
    house.archive.mkdir()
    (house.archive / "suppliers.csv").mkdir()
    monkeypatch.setattr(RemotePlace, "entries", lambda place: 1 / 0)
    with pytest.raises(ArchivingFailed, match=r"1 files or landings could not be archived.*ZeroDivisionError"):
        house.move()
    kept = house.archived()
    assert len(kept) == 2 and kept["suppliers_b.csv"] == suppliers("S2")
