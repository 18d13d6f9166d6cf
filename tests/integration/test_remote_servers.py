"""Remote landings and their archives on real servers over loopback: S3 by moto, SFTP by OpenSSH."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.landing import LandingFailed, land_exports
from supplier_sla.landing.archive.moving import archive_files
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.connection_options import ConnectionFields, storage_options
from supplier_sla.landing.remote.fetching import RemoteSources
from tests.conftest import Warehouse
from tests.support.remote_servers import SECRET, S3Server, SftpServer, s3_server, sftp_server

AS_OF = datetime(2026, 2, 10, 22, 54, tzinfo=UTC)
HEADER = "supplier_id,supplier_name,valid_from,updated_at\n"


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        server.client().mkdir("exports")
        yield server


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    with sftp_server(tmp_path_factory.mktemp("sshd")) as server:
        yield server


class Night:
    """Lands, judges and archives one remote landing."""

    def __init__(self, warehouse: Warehouse, home: Path, landing: RemoteLanding, connection: ConnectionFields) -> None:
        self._warehouse = warehouse
        self._home = home
        self._landing = landing
        (home / "landing").mkdir()
        self._sources = RemoteSources(
            (landing,),
            home / "inbox",
            datetime.now(UTC) + timedelta(hours=1),
            lambda landing: storage_options(landing, connection),
        )
        self.told: list[str] = []

    def run(self) -> dict[str, str]:
        """One night; returns what became of each file delivered by the landing so far."""
        self.told.clear()
        common: dict[str, Any] = {
            "as_of": AS_OF,
            "run_id": "night",
            "report": self.told.append,
            "remote": self._sources,
        }
        landing = self._home / "landing"
        land_exports(self._warehouse.loader_url, landing, **common)
        self._warehouse.query("update ops.delivery set is_checked = true where state <> 'refused'")
        archive_files(self._warehouse.loader_url, landing, archive=None, **common)
        rows = self._warehouse.query(
            "select relative_path, state from ops.delivery where starts_with(relative_path, %s) order by delivery_id",
            (f"{self._landing.name}:",),
        )
        return {path.removeprefix(f"{self._landing.name}:"): state for path, state in rows}


def s3_connection(server: S3Server) -> ConnectionFields:
    return ConnectionFields(login="exporter", password=SECRET, extra={"endpoint_url": server.endpoint})


def sftp_connection(server: SftpServer, **extra: Any) -> ConnectionFields:
    options = server.options
    keys = {"private_key": options["private_key"], "host_key": options["host_key"], **extra}
    return ConnectionFields("127.0.0.1", server.port, options["username"], None, keys)


def suppliers(*ids: str) -> bytes:
    return (HEADER + "".join(f"{supplier_id},Name,,\n" for supplier_id in ids)).encode()


def test_s3_objects_are_landed_once_and_moved_to_the_archive_prefix(
    module_warehouse: Warehouse, tmp_path: Path, s3: S3Server
) -> None:
    client = s3.client()
    landing = RemoteLanding(name="s3", address="s3://exports/in", archive="s3://exports/done")
    night = Night(module_warehouse, tmp_path, landing, s3_connection(s3))
    assert night.run() == {}, "a prefix without objects is an empty landing"
    client.pipe(
        {
            "exports/in/2026/suppliers.csv": suppliers("A1"),
            "exports/in/notes.csv": b"a,b\n1,2\n",
            "exports/in/.hidden.csv": suppliers("A2"),
            "exports/into/suppliers.csv": suppliers("A3"),
        }
    )
    assert night.run() == {"2026/suppliers.csv": "loaded", "notes.csv": "refused"}
    client.pipe("exports/in/2026/suppliers.csv", suppliers("A4"))  # the same name again, other content
    assert night.run() == {"2026/suppliers.csv": "loaded", "notes.csv": "refused"}
    kept = sorted(client.find("exports"))
    numbered = next(name for name in kept if name.startswith("exports/done/2026/suppliers."))
    assert kept == [
        numbered,
        "exports/done/2026/suppliers.csv",
        "exports/in/.hidden.csv",
        "exports/in/notes.csv",
        "exports/into/suppliers.csv",
    ]
    assert client.cat("exports/done/2026/suppliers.csv") == suppliers("A1")
    assert client.cat(numbered) == suppliers("A4")
    moved = module_warehouse.query(
        "select relative_path, archive_address, is_moved from ops.archived_file"
        " where starts_with(relative_path, 's3:') order by archived_file_id"
    )
    assert moved == [
        ("s3:2026/suppliers.csv", "s3://exports/done/2026/suppliers.csv", True),
        ("s3:2026/suppliers.csv", f"s3://{numbered}", True),
    ]


def test_a_missing_bucket_is_a_failure_and_not_an_empty_landing(
    module_warehouse: Warehouse, tmp_path: Path, s3: S3Server
) -> None:
    night = Night(module_warehouse, tmp_path, RemoteLanding(name="none", address="s3://none/in"), s3_connection(s3))
    with pytest.raises(LandingFailed, match="landing none at s3://none/in") as caught:
        night.run()
    assert SECRET not in f"{caught.value}{caught.value.__cause__!r}{night.told}"


def test_sftp_files_are_landed_once_and_moved_to_the_archive_folder(
    module_warehouse: Warehouse, tmp_path: Path, sftp: SftpServer
) -> None:
    out, done = tmp_path / "out", tmp_path / "done"
    (out / "2026").mkdir(parents=True)
    (out / "2026" / "suppliers.csv").write_bytes(suppliers("B1"))
    (out / "suppliers.csv.filepart").write_bytes(suppliers("B2"))
    (tmp_path / "suppliers_elsewhere.csv").write_bytes(suppliers("B3"))
    (out / "suppliers_link.csv").symlink_to(tmp_path / "suppliers_elsewhere.csv")
    (out / "folder_link").symlink_to(tmp_path)
    os.mkfifo(out / "suppliers_pipe.csv")
    landing = RemoteLanding(name="sftp", address=f"sftp://127.0.0.1{out}", archive=f"sftp://127.0.0.1{done}")
    night = Night(module_warehouse, tmp_path, landing, sftp_connection(sftp))
    assert night.run() == {"2026/suppliers.csv": "loaded"}
    link = "link; what it points to is read where it lies, if that is in the landing"
    assert sorted(line for line in night.told if "left alone" in line) == [
        f"sftp:folder_link: left alone, {link}",
        "sftp:suppliers.csv.filepart: left alone, temporary name, still being written",
        f"sftp:suppliers_link.csv: left alone, {link}",
        "sftp:suppliers_pipe.csv: left alone, not a regular file",
    ]
    (out / "2026" / "suppliers.csv").write_bytes(suppliers("B4"))
    night.run()
    assert not (out / "2026" / "suppliers.csv").exists()
    contents = sorted(path.read_bytes() for path in (done / "2026").iterdir())
    assert contents == [suppliers("B1"), suppliers("B4")]
    assert (done / "2026" / "suppliers.csv").read_bytes() == suppliers("B1"), "nothing is overwritten"


def test_an_sftp_server_with_another_key_gets_no_password(
    module_warehouse: Warehouse, tmp_path: Path, sftp: SftpServer
) -> None:
    other = (sftp.key_file.with_suffix(".pub")).read_text(encoding="utf-8")
    landing = RemoteLanding(name="foreign", address=f"sftp://127.0.0.1{tmp_path}")
    for connection in (
        sftp_connection(sftp, host_key=other),
        sftp_connection(sftp, host_key=None),
        replace(sftp_connection(sftp), extra={"private_key": "no key", "no_host_key_check": True}),
    ):
        (home := tmp_path / str(len(list(tmp_path.iterdir())))).mkdir()
        with pytest.raises(LandingFailed, match=r"key|known_hosts") as caught:
            Night(module_warehouse, home, landing, connection).run()
        assert "PRIVATE" not in str(caught.value)
