"""fsspec's SFTP with the two things it leaves open: the server must prove its key, and a link is seen as a link."""

from __future__ import annotations

import base64
import io
import stat as modes
from typing import Any

import paramiko  # type: ignore[import-untyped]
from fsspec.implementations.sftp import SFTPFileSystem

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.remote.connection_options import ANSWER_SECONDS, CONNECT_SECONDS

_KEY_CLASSES = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


class KeyUnusable(SupplierSlaError):
    """A private key or host key of a connection cannot be read."""


class VerifiedSftp(SFTPFileSystem):
    """SFTP whose server is known: by `host_key` (kind and key, as in known_hosts), else by the user's known_hosts.

    `no_host_key_check` takes any server. `private_key` is the text of a key; key files and passwords go to paramiko.
    """

    cachable = False

    def __init__(
        self,
        host: str,
        *,
        host_key: str | None = None,
        no_host_key_check: bool = False,
        private_key: str | None = None,
        **options: Any,
    ) -> None:
        self._host_key = host_key
        self._takes_any_server = no_host_key_check
        if private_key:
            options["pkey"] = _private_key(private_key, options.get("passphrase"))
        has_own_key = bool({"pkey", "key_filename", "password"} & set(options))
        for name, value in {
            "timeout": CONNECT_SECONDS,
            "banner_timeout": CONNECT_SECONDS,
            "auth_timeout": CONNECT_SECONDS,
            "look_for_keys": not has_own_key,
            "allow_agent": not has_own_key,
        }.items():
            options.setdefault(name, value)
        super().__init__(host, **options)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        if self._takes_any_server:
            self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        else:
            self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
            if self._host_key:
                port = int(self.ssh_kwargs.get("port") or 22)
                name = self.host if port == 22 else f"[{self.host}]:{port}"
                key = _host_key(self._host_key)
                self.client.get_host_keys().add(name, key.get_name(), key)
            else:
                self.client.load_system_host_keys()
        try:
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
        except BaseException:
            self.client.close()
            raise
        self.ftp.get_channel().settimeout(ANSWER_SECONDS)
        # Servers end idle sessions; while a large file is loaded, this one is idle.
        self.client.get_transport().set_keepalive(30)

    def close(self) -> None:
        """End the session."""
        self.client.close()

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        """What lies at `path` itself: of a link the link."""
        path = self._strip_protocol(path)
        return {**self._decode_stat(self.ftp.lstat(path)), "name": path}

    @staticmethod
    def _decode_stat(stat: paramiko.SFTPAttributes, parent_path: str | None = None) -> dict[str, Any]:
        described: dict[str, Any] = SFTPFileSystem._decode_stat(stat, parent_path)
        if described["type"] == "file" and not modes.S_ISREG(stat.st_mode or 0):
            described["type"] = "other"
        return described

    def rename_new(self, source: str, target: str) -> None:
        """Rename on the server; unlike fsspec's `mv` (posix-rename) it fails where the target exists."""
        self.ftp.rename(self._strip_protocol(source), self._strip_protocol(target))


def _private_key(text: str, passphrase: str | None) -> paramiko.PKey:
    for key_class in _KEY_CLASSES:
        try:
            return key_class.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError):
            continue
    raise KeyUnusable(
        "the private key of the connection",
        expected="an Ed25519, ECDSA or RSA key in OpenSSH or PEM form, and its passphrase if it has one",
        found="something else",
    )


def _host_key(text: str) -> paramiko.PKey:
    kind, _, rest = text.strip().partition(" ")
    try:
        return paramiko.PKey.from_type_string(kind, base64.b64decode(rest.split()[0]))
    except Exception:
        raise KeyUnusable(
            "the host key of the connection",
            expected="kind and key as ssh-keyscan prints them, such as `ssh-ed25519 AAAA...`",
            found="something else",
        ) from None
