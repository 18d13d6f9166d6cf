"""Remote landings against a real PostgreSQL: copied whole, landed once, nothing lost when a server or a night breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import psycopg2
import pytest

from supplier_sla.landing import LandingFailed, LandingReport, folder, land_exports, letting_in, receive
from supplier_sla.landing.book.deliveries import Arrival, SettledDelivery
from supplier_sla.landing.delivered_file import DeliveredFileMissing, find_delivered_file
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.fetching import RemoteSources
from supplier_sla.landing.remote.place import RemotePlace
from tests.conftest import Warehouse

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
LATER = datetime.now(UTC) + timedelta(hours=1)
HEADER = "supplier_id,supplier_name,valid_from,updated_at\n"


@dataclass
class Night:
    """Lands `landings` and an empty local folder, as often as a test asks."""

    warehouse: Warehouse
    home: Path
    landings: tuple[RemoteLanding, ...]
    options: Callable[[RemoteLanding], Mapping[str, Any]] = lambda landing: {}
    looked_at: datetime = LATER
    told: list[str] = field(default_factory=list)

    @property
    def local(self) -> Path:
        path = self.home / "landing"
        path.mkdir(exist_ok=True)
        return path

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def sources(self) -> RemoteSources:
        return RemoteSources(self.landings, self.inbox, self.looked_at, self.options)

    def land(self) -> LandingReport:
        self.told.clear()
        return land_exports(
            self.warehouse.loader_url,
            self.local,
            as_of=AS_OF,
            run_id="night",
            report=self.told.append,
            remote=self.sources,
        )

    def states(self) -> dict[str, str]:
        return dict(self.warehouse.query("select relative_path, state from ops.delivery order by delivery_id"))

    def find(self, content_sha256: str, relative_path: str) -> LandedFile:
        with closing(psycopg2.connect(self.warehouse.loader_url)) as connection, connection.cursor() as cursor:
            return find_delivered_file(cursor, content_sha256, relative_path, folders=[self.local], inbox=self.inbox)


@pytest.fixture
def store() -> Iterator[fsspec.AbstractFileSystem]:
    """An object store in the memory of the test."""
    memory = fsspec.filesystem("memory")
    memory.makedirs("/desk", exist_ok=True)
    yield memory
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


@pytest.fixture
def night(warehouse: Warehouse, tmp_path: Path, store: fsspec.AbstractFileSystem) -> Night:
    return Night(warehouse, tmp_path, (RemoteLanding(name="desk", address="memory://desk"),))


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths that were fetched, in order."""
    fetched: list[str] = []
    right = RemotePlace.download

    def download(place: RemotePlace, relative: str, target: Path) -> None:
        fetched.append(relative)
        right(place, relative, target)

    monkeypatch.setattr(RemotePlace, "download", download)
    return fetched


def suppliers(*ids: str) -> bytes:
    return (HEADER + "".join(f"{supplier_id},Name,,\n" for supplier_id in ids)).encode()


def test_a_remote_file_is_copied_whole_and_landed_under_the_name_of_its_landing(
    night: Night, store: fsspec.AbstractFileSystem
) -> None:
    store.pipe("/desk/2026/suppliers.csv", suppliers("S1", "S2"))
    assert night.land().rows.rows_loaded == 2
    assert night.states() == {"desk:2026/suppliers.csv": "loaded"}
    (copy,) = (path for path in night.inbox.rglob("*") if path.is_file())
    assert copy.read_bytes() == suppliers("S1", "S2")
    assert store.exists("/desk/2026/suppliers.csv"), "files stay unless a setting says otherwise"


def test_only_what_changed_is_fetched_again(
    night: Night, store: fsspec.AbstractFileSystem, downloads: list[str]
) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    store.pipe("/desk/suppliers_b.csv", suppliers("S2"))
    night.land()
    again = night.land()
    assert (len(again.outcomes), again.files_unchanged) == (0, 2)
    store.pipe("/desk/suppliers.csv", suppliers("S1", "S3"))
    changed = night.land()
    assert (len(changed.outcomes), changed.files_unchanged) == (1, 1)
    assert downloads == ["suppliers.csv", "suppliers_b.csv", "suppliers.csv"]


def test_a_file_that_changes_while_it_is_copied_waits_for_the_next_night(
    night: Night, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    right = RemotePlace.download

    def download_while_written(place: RemotePlace, relative: str, target: Path) -> None:
        right(place, relative, target)
        store.pipe("/desk/suppliers.csv", suppliers("S1", "S2"))

    with monkeypatch.context() as patch:
        patch.setattr(RemotePlace, "download", download_while_written)
        assert night.land().files_skipped == 1
    assert night.told == ["desk:suppliers.csv: left alone, changed while it was copied, still being written"]
    assert [path for path in night.inbox.rglob("*") if path.is_file()] == []
    assert night.land().rows.rows_loaded == 2


def test_a_file_that_vanishes_while_it_is_copied_is_left_alone(
    night: Night, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    listed = RemotePlace.entries

    def entries_then_gone(place: RemotePlace) -> list[Any]:
        found = listed(place)
        store.rm("/desk/suppliers.csv")
        return found

    monkeypatch.setattr(RemotePlace, "entries", entries_then_gone)
    night.land()
    assert night.told == ["desk:suppliers.csv: left alone, vanished while it was copied"]


def test_a_file_that_was_just_written_waits_until_it_has_settled(
    night: Night, store: fsspec.AbstractFileSystem
) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    night.looked_at = datetime.now(UTC)
    assert night.land().files_skipped == 1
    assert night.told == ["desk:suppliers.csv: left alone, changed less than 60 s ago, may still be written"]
    night.looked_at = LATER
    assert night.land().files_loaded == 1


def test_hidden_temporary_and_leaving_names_are_left_alone_and_named(
    night: Night, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("suppliers.csv.part", ".env/suppliers.csv", "suppliers.csv"):
        store.pipe(f"/desk/{name}", suppliers("S1"))
    listed = RemotePlace._tree

    def listed_by_an_enemy(place: RemotePlace, folder: str) -> Iterator[dict[str, Any]]:
        for info in listed(place, folder):
            yield info
            if info["name"] == "/desk/suppliers.csv":
                yield {**info, "name": "/desk/../../suppliers.csv"}
                yield {**info, "name": "/desk//etc/suppliers.csv"}

    monkeypatch.setattr(RemotePlace, "_tree", listed_by_an_enemy)
    night.land()
    assert night.states() == {"desk:suppliers.csv": "loaded"}
    assert sorted(line for line in night.told if "left alone" in line) == [
        "desk:../../suppliers.csv: left alone, name that leaves the landing",
        "desk:.env: left alone, hidden",
        "desk:/etc/suppliers.csv: left alone, absolute name",
        "desk:suppliers.csv.part: left alone, temporary name, still being written",
    ]


def test_a_landing_out_of_reach_fails_alone_and_tells_no_secret(night: Night, store: fsspec.AbstractFileSystem) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    (night.local / "suppliers_b.csv").write_bytes(suppliers("S2"))
    gone = RemoteLanding(name="aaa-gone", address="memory://gone")
    wrong = RemoteLanding(name="wrong", address="s3://exports")
    night.landings = (gone, *night.landings, wrong)
    secret = "hunter2-hunter2"

    def options(landing: RemoteLanding) -> Mapping[str, Any]:
        if landing is wrong:
            raise ValueError(f"endpoint http://ann:{secret}@host has no such thing")
        return {}

    night.options = options
    with pytest.raises(LandingFailed) as caught:
        night.land()
    assert night.states() == {"suppliers_b.csv": "loaded", "desk:suppliers.csv": "loaded"}
    message = str(caught.value)
    assert "0 of 2 files failed and 2 fetches from remote landings" in message
    assert "landing aaa-gone at memory://gone" in message
    assert "landing wrong at s3://exports" in message
    assert secret not in message + "".join(night.told)
    assert caught.value.__cause__ is not None
    assert caught.value.__cause__.__cause__ is None, "the library's own error would carry the secret into the log"


def test_one_file_that_cannot_be_read_does_not_keep_the_others_back(
    night: Night, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("suppliers.csv", "suppliers_b.csv"):
        store.pipe(f"/desk/{name}", suppliers(name))
    right = RemotePlace.download

    def download(place: RemotePlace, relative: str, target: Path) -> None:
        if relative == "suppliers.csv":
            raise PermissionError(13, "no right to read")
        right(place, relative, target)

    with monkeypatch.context() as patch:
        patch.setattr(RemotePlace, "download", download)
        with pytest.raises(LandingFailed, match=r"desk:suppliers\.csv: .*no right to read"):
            night.land()
    assert night.states() == {"desk:suppliers_b.csv": "loaded"}
    night.land()
    assert night.states() == {"desk:suppliers_b.csv": "loaded", "desk:suppliers.csv": "loaded"}


def test_a_local_name_that_reads_like_a_remote_path_is_left_alone(night: Night) -> None:
    (night.local / "desk:suppliers.csv").write_bytes(suppliers("S1"))
    night.land()
    assert night.told == ["desk:suppliers.csv: left alone, name begins like a path in a remote landing"]


def test_a_night_killed_between_copy_and_landing_goes_on_without_fetching_again(
    night: Night, store: fsspec.AbstractFileSystem, downloads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe("/desk/suppliers.csv", suppliers("S1"))
    (leftover := night.inbox / "desk" / ".fetching" / "77.part").parent.mkdir(parents=True)
    leftover.write_bytes(b"half")

    def killed(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(letting_in, "load_delivery", killed)
        with pytest.raises(KeyboardInterrupt):
            night.land()
    assert night.states() == {"desk:suppliers.csv": "received"}
    assert not leftover.exists()
    assert night.land().rows.rows_loaded == 1
    assert downloads == ["suppliers.csv"]
    assert night.land().files_unchanged == 1


def test_a_refused_file_is_looked_at_again_every_night_from_its_copy(
    night: Night, store: fsspec.AbstractFileSystem, downloads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe("/desk/notes.csv", b"a,b\n1,2\n")
    assert night.land().files_refused == 1
    looked_at: list[str] = []
    right = receive.latest_delivery

    def latest(cursor: Any, arrival: Arrival) -> SettledDelivery | None:
        looked_at.append(arrival.file.relative_path)
        return right(cursor, arrival)

    monkeypatch.setattr(receive, "latest_delivery", latest)
    night.land()
    assert (looked_at, downloads) == (["desk:notes.csv"], ["notes.csv"])
    store.pipe("/desk/notes.csv", b"a,b\n3,4\n")
    night.land()
    looked_at.clear()
    night.land()
    assert looked_at == ["desk:notes.csv"], "the corrected file speaks, the earlier one is history"


def test_a_delivered_file_is_found_by_its_content_wherever_it_lies_now(
    night: Night, store: fsspec.AbstractFileSystem, tmp_path: Path
) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("suppliers.csv", suppliers("S1"))
        archive.writestr("suppliers_b.csv", suppliers("S2"))
    store.pipe("/desk/all.zip", buffer.getvalue())
    (night.local / "suppliers_c.csv").write_bytes(suppliers("S3"))
    night.land()
    contents = dict(night.warehouse.query("select relative_path, content_sha256 from ops.delivery"))
    assert set(contents) == {"desk:all.zip!/suppliers.csv", "desk:all.zip!/suppliers_b.csv", "suppliers_c.csv"}
    store.rm("/desk/all.zip")
    for path, content_sha256 in contents.items():
        found = night.find(content_sha256, path)
        assert (found.relative_path, found.content_sha256) == (path, content_sha256)
    (night.local / "suppliers_c.csv").rename(night.local / "renamed.csv")
    assert night.find(contents["suppliers_c.csv"], "suppliers_c.csv").path.name == "renamed.csv"
    (night.local / "renamed.csv").write_bytes(suppliers("S4"))
    with pytest.raises(DeliveredFileMissing, match="no such content; next: put the file back"):
        night.find(contents["suppliers_c.csv"], "suppliers_c.csv")


def test_a_control_file_speaks_of_the_file_beside_it_in_the_store(
    night: Night, store: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copies lie in folders of their own; what counts is where they were delivered, whatever comes first."""
    file = {"pattern": "suppliers*.csv", "entity": "suppliers", "control": {"name": "{stem}.ctl", "row_count": "rows"}}
    profile = SourceProfile.model_validate({"name": "desk", "description": "A desk.", "files": [file]})
    monkeypatch.setattr(folder, "load_profiles", lambda: (profile,))
    store.pipe("/desk/a/suppliers.csv", suppliers("S1", "S2"))
    store.pipe("/desk/b/suppliers.ctl", b'{"rows": 2}')
    assert night.land().outcomes == ()
    assert any("a/suppliers.csv: left alone" in line for line in night.told)
    store.pipe("/desk/a/suppliers.ctl", b'{"rows": 3}')
    store.pipe("/desk/b/suppliers.csv", suppliers("S3", "S4"))
    assert night.land().rows.rows_loaded == 2
    assert night.states() == {"desk:a/suppliers.csv": "refused", "desk:b/suppliers.csv": "loaded"}
