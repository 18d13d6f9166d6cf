"""Real servers on loopback for remote landings: S3 by moto, SFTP by the machine's own OpenSSH."""

from __future__ import annotations

import getpass
import logging
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import s3fs

SSHD = "/usr/sbin/sshd"
SECRET = "not-to-be-shown-9f3a"


@dataclass(frozen=True)
class S3Server:
    """An S3 endpoint and a client for the test's own use."""

    endpoint: str

    @property
    def options(self) -> dict[str, Any]:
        return {"key": "exporter", "secret": SECRET, "endpoint_url": self.endpoint}

    def client(self) -> s3fs.S3FileSystem:
        return s3fs.S3FileSystem(**self.options, skip_instance_cache=True, use_listings_cache=False)


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """An empty S3 on a free port."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # Its buckets are those of the process: another module of the same run may have left some.
    with urlopen(Request(f"{endpoint}/moto-api/reset", method="POST"), timeout=30):
        yield S3Server(endpoint)
    server.stop()


@dataclass(frozen=True)
class SftpServer:
    """An SFTP server that shows the whole machine to the user who runs the test, with a key made for it."""

    port: int
    key_file: Path
    host_key: str

    @property
    def options(self) -> dict[str, Any]:
        return {
            "port": self.port,
            "username": getpass.getuser(),
            "private_key": self.key_file.read_text(encoding="utf-8"),
            "host_key": self.host_key,
        }


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    """Debian's sshd on a free port; its files and log lie in `folder`. Skips the test where there is none."""
    if not Path(SSHD).exists() or not shutil.which("ssh-keygen"):
        pytest.skip(f"{SSHD} is not installed (Debian: openssh-server)")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # what its service would make at the start
    for name in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder / 'host_key'}\nPidFile none\nStrictModes no\n"
        f"AuthorizedKeysFile {folder / 'authorized_keys'}\nPasswordAuthentication no\nPermitRootLogin yes\n"
        "KbdInteractiveAuthentication no\nUsePAM no\nSubsystem sftp internal-sftp\n",
        encoding="utf-8",
    )
    with (folder / "sshd.log").open("wb") as log:
        server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        _wait_for(port, server, folder / "sshd.log")
        host_key = (folder / "host_key.pub").read_text(encoding="utf-8").strip()
        yield SftpServer(port, folder / "user_key", host_key)
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        if server.poll() is not None:
            pytest.skip(f"sshd does not start here: {log.read_text(encoding='utf-8').strip()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"sshd did not listen on port {port} within 10 s")
