"""The embedded server: found again, recovered, never taken for somebody else's process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import psycopg2
import pytest

from supplier_sla.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresFailed
from tests.conftest import REPOSITORY


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """One cluster, made below a folder that nobody else may enter, and with characters that a shell would read."""
    parent = tmp_path_factory.mktemp("parent")
    parent.chmod(0o700)
    server = EmbeddedPostgres(parent / 'a "long" $HOME `name`' / "with space")
    yield server
    server.stop()


def postmaster_pid(server: EmbeddedPostgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def ask(url: str, statement: str) -> list[tuple]:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def kill(server: EmbeddedPostgres) -> None:
    process = psutil.Process(postmaster_pid(server))
    process.kill()
    psutil.wait_procs([process], timeout=10)


def test_starting_again_finds_the_running_server(cluster: EmbeddedPostgres) -> None:
    url = cluster.start()
    pid = postmaster_pid(cluster)
    assert cluster.start() == url
    assert postmaster_pid(cluster) == pid
    assert ask(url, "select current_database(), current_setting('listen_addresses')") == [("warehouse", "127.0.0.1")]


def test_the_server_keeps_what_was_committed_and_asks_for_a_password(cluster: EmbeddedPostgres) -> None:
    url = cluster.start()
    settings = "select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('TimeZone')"
    assert ask(url, settings) == [("on", "on", "UTC")]
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(url.replace(url.split(":")[2].partition("@")[0], "wrong"))
    assert (cluster.folder / "admin_password").stat().st_mode & 0o777 == 0o600
    assert cluster.data.stat().st_mode & 0o777 == 0o700


def test_a_link_to_the_folder_is_the_same_server(cluster: EmbeddedPostgres, tmp_path: Path) -> None:
    url = cluster.start()
    pid = postmaster_pid(cluster)
    (tmp_path / "link").symlink_to(cluster.folder)
    assert EmbeddedPostgres(tmp_path / "link").start() == url
    assert postmaster_pid(cluster) == pid


def test_after_a_kill_committed_rows_are_there(cluster: EmbeddedPostgres) -> None:
    url = cluster.start()
    ask(url, "create table kept (a int); insert into kept values (1)")
    with closing(psycopg2.connect(url)) as unfinished, unfinished.cursor() as cursor:
        cursor.execute("insert into kept values (2)")
        kill(cluster)
    assert ask(cluster.start(), "select a from kept") == [(1,)]


def test_a_server_that_is_still_stopping_is_waited_for(cluster: EmbeddedPostgres) -> None:
    url = cluster.start()
    with closing(psycopg2.connect(url)):
        os.kill(postmaster_pid(cluster), signal.SIGINT)  # fast shutdown, by somebody who does not hold our lock
        assert ask(cluster.start(), "select 1") == [(1,)]


def test_a_stale_pid_file_that_names_a_living_stranger_is_not_believed(cluster: EmbeddedPostgres) -> None:
    cluster.start()
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill(cluster)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert ask(cluster.start(), "select 1") == [(1,)]
        assert stranger.poll() is None
        stranger.kill()


def test_the_living_server_of_another_folder_is_not_taken_for_ours(
    cluster: EmbeddedPostgres, embedded_postgres: EmbeddedPostgres
) -> None:
    cluster.start()
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    kill(cluster)
    other = postmaster_pid(embedded_postgres)
    (cluster.data / "postmaster.pid").write_text("\n".join([str(other), *lines[1:]]) + "\n")
    assert ask(cluster.start(), "select current_setting('data_directory')") == [(str(cluster.data),)]
    cluster.stop()
    assert psutil.pid_exists(other)


@pytest.mark.parametrize("content", ["", "not a number\n"])
def test_a_pid_file_that_cannot_be_read_is_no_obstacle(cluster: EmbeddedPostgres, content: str) -> None:
    cluster.start()
    cluster.stop()
    (cluster.data / "postmaster.pid").write_text(content)
    assert ask(cluster.start(), "select 1") == [(1,)]


def test_another_port_is_taken_when_somebody_has_ours(cluster: EmbeddedPostgres) -> None:
    port = int(cluster.start().rpartition(":")[2].partition("/")[0])
    cluster.stop()
    with closing(socket.socket()) as somebody:
        somebody.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        somebody.bind(("127.0.0.1", port))
        somebody.listen()
        url = cluster.start()
        assert f":{port}/" not in url
        assert ask(url, "select 1") == [(1,)]
    assert cluster.start() == url


def test_stopping_twice_and_stopping_what_never_was_is_harmless(cluster: EmbeddedPostgres, tmp_path: Path) -> None:
    cluster.start()
    cluster.stop()
    cluster.stop()
    EmbeddedPostgres(tmp_path / "never").stop()
    assert not (tmp_path / "never").exists()


def test_a_lost_password_file_is_an_error_that_says_so(cluster: EmbeddedPostgres) -> None:
    cluster.start()
    password_file = cluster.folder / "admin_password"
    password = password_file.read_text()
    password_file.unlink()
    with pytest.raises(EmbeddedPostgresFailed, match="put the file admin_password back"):
        cluster.start()
    password_file.write_text(password)
    cluster.start()


START = "import sys; from pathlib import Path; from supplier_sla.embedded_postgres import EmbeddedPostgres as Server;"
START += "print(Server(Path(sys.argv[1])).start())"


def test_two_processes_at_once_make_one_server_and_an_unfinished_one_is_cleaned_away(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "fresh")
    unfinished = server.folder / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "half").write_text("left by a crash inside initdb")
    (server.folder / "admin_password").write_text("of the crash")
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", START, str(server.folder)], stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        urls = {starter.communicate(timeout=60)[0].decode().strip() for starter in starters}
        assert len(urls) == 1
        assert ask(urls.pop(), "select 1") == [(1,)]
        assert not unfinished.exists()
    finally:
        server.stop()


def test_a_starter_that_was_killed_leaves_a_server_that_the_next_one_finds(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "fresh")
    with subprocess.Popen(
        [sys.executable, "-c", START, str(server.folder)], stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
    ) as starter:  # fmt: skip
        deadline = time.monotonic() + 30
        while not (server.data / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.005)
        starter.kill()  # the server is starting, nobody waits for it any more
    try:
        assert ask(server.start(), "select current_database()") == [("warehouse",)]
    finally:
        server.stop()


def test_missing_binaries_are_an_error_with_a_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPPLIER_SLA_PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresFailed, match=r"initdb.*--database-url"):
        EmbeddedPostgres(tmp_path / "home").start()
