"""Which remote landings there are: `SUPPLIER_SLA_REMOTE_LANDINGS`, JSON or the path of a YAML file."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field, ValidationError, model_validator

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.yaml_model import YamlModel, parse_yaml
from supplier_sla.settings import PREFIX, REPOSITORY

REMOTE_LANDINGS_VARIABLE = PREFIX + "REMOTE_LANDINGS"
STAY = "stay"
NONE = "none"

# Of these the host is part of the address; the others (object stores) have a bucket there.
HOST_PROTOCOLS = frozenset({"sftp", "ssh", "ftp", "smb"})

_ADDRESS = re.compile(r"(?P<protocol>[a-z][a-z0-9+-]*)://(?P<host>[^/]*)(?P<path>.*)")


class RemoteLandingsInvalid(SupplierSlaError):
    """The list of remote landings cannot be used as it is written. Never repeats a value: it may be a secret."""


class RemoteLanding(YamlModel):
    """One place where a supplier's tool leaves its files.

    `connection` is the id of an Airflow connection. `archive` is `stay`, or an address of the same store to which
    processed files are moved. A file younger than `settling_seconds` is taken to be still being written.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    address: str
    connection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=250)] | None = None
    archive: str = STAY
    settling_seconds: Annotated[int, Field(ge=0)] = 60

    @model_validator(mode="after")
    def _addresses_are_usable(self) -> RemoteLanding:
        landing = _parts(self.address, "address")
        if not self.is_archived:
            return self
        archive = _parts(self.archive, "archive")
        if archive[0] != landing[0] or (self.protocol in HOST_PROTOCOLS and archive[1] != landing[1]):
            raise ValueError("archive must be `stay` or an address of the same store as the landing")
        if _is_inside(self.archive, self.address):
            raise ValueError("archive must not lie inside the landing: its files would be read as deliveries")
        return self

    @property
    def protocol(self) -> str:
        """The protocol as fsspec calls it."""
        return self.address.partition("://")[0]

    @property
    def host(self) -> str | None:
        """The host of the address without user and port, for protocols that have one."""
        if self.protocol not in HOST_PROTOCOLS:
            return None
        return _parts(self.address, "address")[1].rpartition("@")[2].partition(":")[0] or None

    @property
    def is_archived(self) -> bool:
        """Whether processed files are moved."""
        return self.archive != STAY

    @property
    def settling(self) -> timedelta:
        """How long a file must have been left untouched."""
        return timedelta(seconds=self.settling_seconds)

    def path_of(self, relative: str) -> str:
        """A file's path in `ops.delivery`: NAME:PATH, UTF-8, bytes that are no UTF-8 as escapes."""
        return f"{self.name}:" + os.fsencode(relative).decode("utf-8", "backslashreplace")


class RemoteLandings(YamlModel):
    """The whole list."""

    landings: tuple[RemoteLanding, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> RemoteLandings:
        for what in ("name", "address"):
            counts = Counter(str(getattr(landing, what)).rstrip("/") for landing in self.landings)
            if any(count > 1 for count in counts.values()):
                raise ValueError(f"every {what} must be there once only")
        return self


def remote_landings(environment: Mapping[str, str] | None = None) -> tuple[RemoteLanding, ...]:
    """The remote landings of `SUPPLIER_SLA_REMOTE_LANDINGS`; no landing where it is not set or says `none`.

    The value is a JSON list, or the path of a YAML file with the key `landings`, absolute or from the project's folder.

    Raises:
        RemoteLandingsInvalid: the value or the file says something else; names every key that is wrong.
    """
    values = os.environ if environment is None else environment
    value = values.get(REMOTE_LANDINGS_VARIABLE, "").strip()
    if value in ("", NONE):
        return ()
    if value.startswith(("[", "{")):
        return _parsed(value, REMOTE_LANDINGS_VARIABLE)
    path = REPOSITORY / value
    try:
        return _parsed(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RemoteLandingsInvalid(
            REMOTE_LANDINGS_VARIABLE,
            expected="a JSON list or the path of a YAML file in UTF-8",
            found=f"{path}: {type(error).__name__}",
            next_step="see docs/deployment.md, section Fetch from S3 or SFTP",
        ) from None


def _parsed(text: str, name: str) -> tuple[RemoteLanding, ...]:
    """Errors do not chain: what pydantic and YAML say repeats the value, and somebody may have put a password there."""
    try:
        content = parse_yaml(text)
    except Exception as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "somewhere"
        raise RemoteLandingsInvalid(name, expected="JSON or YAML", found=f"a mistake in {where}") from None
    try:
        return RemoteLandings.model_validate({"landings": content} if isinstance(content, list) else content).landings
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, problem['loc'])) or '(all)'}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_url=False, include_input=False, include_context=False)
        ]
    raise RemoteLandingsInvalid(
        name, expected="; ".join(problems), next_step="see docs/deployment.md, section Fetch from S3 or SFTP"
    )


def _parts(address: str, key: str) -> tuple[str, str, str]:
    """Protocol, host or bucket, path. The message of the ValueError does not repeat the address."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not address.isprintable() or "::" in address:
        raise ValueError(f"{key} must look like s3://bucket/prefix or sftp://host/path")
    protocol, host, path = found["protocol"], found["host"], found["path"]
    if ":" in host.rpartition("@")[0]:
        raise ValueError(f"{key} must not hold a password: put it into the Airflow connection")
    if "?" in address or "#" in address or {"..", "."} & set(path.split("/")):
        raise ValueError(f"{key} must not hold ?, #, or .. and . as names of folders")
    if not host and not path.strip("/"):
        raise ValueError(f"{key} must name a bucket, a host or a folder")
    return protocol, host, path


def _is_inside(inner: str, outer: str) -> bool:
    return f"{inner.rstrip('/')}/".startswith(f"{outer.rstrip('/')}/")
