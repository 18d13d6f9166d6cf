"""What an Airflow connection means to fsspec. Takes plain fields, so that the rules run without Airflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.hiding import StorageOptions

S3_PROTOCOLS = frozenset({"s3", "s3a"})
SFTP_PROTOCOLS = frozenset({"sftp", "ssh"})

# A server that does not answer must not use up the hour that the task has.
CONNECT_SECONDS = 20
ANSWER_SECONDS = 60

_S3_EXTRAS = {"endpoint_url", "region_name", "aws_access_key_id", "aws_secret_access_key", "aws_session_token"}
_SFTP_EXTRAS = {"key_file", "private_key", "private_key_passphrase", "host_key", "no_host_key_check"}
_OWN_OPTIONS = "fsspec"


class ConnectionUnfit(SupplierSlaError):
    """An Airflow connection says something that the landing's protocol has no use for."""


@dataclass(frozen=True)
class ConnectionFields:
    """The fields of an Airflow connection; `extra` is its JSON, read. Login, password and extra are not shown."""

    host: str | None = None
    port: int | None = None
    login: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def storage_options(landing: RemoteLanding, connection: ConnectionFields) -> StorageOptions:
    """fsspec's options for `landing`; what stands in the extra field under `fsspec` is handed on as it is.

    S3 takes login and password as access key (without them the usual AWS chain), and the extras of Airflow's Amazon
    provider for endpoint, region and session token. SFTP takes host, port, login, password and the extras of Airflow's
    SSH provider for keys; the server's key is checked unless `no_host_key_check` is true.

    Raises:
        ConnectionUnfit: unknown extras, or another host than that of the address.
    """
    own = connection.extra.get(_OWN_OPTIONS) or {}
    if landing.protocol in S3_PROTOCOLS:
        options = _s3(landing, connection)
    elif landing.protocol in SFTP_PROTOCOLS:
        options = _sftp(landing, connection)
    else:
        options = {}
        _refuse_unknown(landing, connection, set())
        if not own and (connection.login or connection.password):
            raise ConnectionUnfit(
                f"connection {landing.connection} of landing {landing.name}",
                expected=f'the options of fsspec for {landing.protocol} in the extra field: {{"fsspec": {{...}}}}',
                found="a login or password without them",
            )
    return StorageOptions({**options, **own})


def _s3(landing: RemoteLanding, connection: ConnectionFields) -> dict[str, Any]:
    extra = connection.extra
    _refuse_unknown(landing, connection, _S3_EXTRAS)
    options = {
        "key": connection.login or extra.get("aws_access_key_id"),
        "secret": connection.password or extra.get("aws_secret_access_key"),
        "token": extra.get("aws_session_token"),
        "endpoint_url": extra.get("endpoint_url"),
        "client_kwargs": {"region_name": extra["region_name"]} if extra.get("region_name") else None,
    }
    return {name: value for name, value in options.items() if value}


def _sftp(landing: RemoteLanding, connection: ConnectionFields) -> dict[str, Any]:
    extra = connection.extra
    _refuse_unknown(landing, connection, _SFTP_EXTRAS)
    if connection.host and landing.host and connection.host.casefold() != landing.host.casefold():
        raise ConnectionUnfit(
            f"connection {landing.connection} of landing {landing.name}",
            expected=f"the host of the address, {landing.host}",
            found=connection.host,
            next_step="a password goes to the host it is meant for: correct one of the two",
        )
    options = {
        "host": connection.host,
        "port": connection.port,
        "username": connection.login,
        "password": connection.password,
        "key_filename": extra.get("key_file"),
        "private_key": extra.get("private_key"),
        "passphrase": extra.get("private_key_passphrase"),
        "host_key": extra.get("host_key"),
        "no_host_key_check": str(extra.get("no_host_key_check", "")).casefold() in ("true", "1"),
    }
    return {name: value for name, value in options.items() if value}


def _refuse_unknown(landing: RemoteLanding, connection: ConnectionFields, known: set[str]) -> None:
    unknown = sorted(set(connection.extra) - known - {_OWN_OPTIONS})
    if unknown:
        raise ConnectionUnfit(
            f"connection {landing.connection} of landing {landing.name}",
            expected=f"extras that {landing.protocol} has a use for: {', '.join(sorted(known | {_OWN_OPTIONS}))}",
            found=", ".join(unknown),
        )
