"""One address of an object store or server: what lies there, in which version, to be copied and moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import fsspec

from supplier_sla.landing.remote.connection_options import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    S3_PROTOCOLS,
    SFTP_PROTOCOLS,
)

# Flat name spaces: one listing with a prefix is cheaper than one per folder.
OBJECT_STORES = frozenset({*S3_PROTOCOLS, "gs", "gcs", "abfs", "abfss", "az", "oci", "oss"})

_MODIFIED = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
_ETAG = ("ETag", "etag")

Kind = Literal["file", "link", "other"]


@dataclass(frozen=True)
class RemoteVersion:
    """What tells two contents of one name apart without reading them, as far as the protocol knows it."""

    byte_size: int
    etag: str | None
    modified_at: datetime | None

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> RemoteVersion:
        """From what fsspec says of a file."""
        etag = next((str(info[name]).strip('"') for name in _ETAG if info.get(name)), None)
        modified = next((info[name] for name in _MODIFIED if info.get(name) is not None), None)
        return cls(int(info.get("size") or 0), etag, _instant(modified))

    def is_same_as(self, other: RemoteVersion) -> bool:
        """By size and etag; without etag by size and time. Without either no two are the same."""
        if self.byte_size != other.byte_size:
            return False
        if self.etag and other.etag:
            return self.etag == other.etag
        return self.modified_at is not None and self.modified_at == other.modified_at

    def is_settled(self, looked_at: datetime, settling: timedelta) -> bool:
        """Whether nobody touched the file for `settling` before `looked_at`; where no time is known, yes."""
        return not settling or self.modified_at is None or looked_at - self.modified_at >= settling


@dataclass(frozen=True)
class RemoteEntry:
    """Something below the address; `relative` is its path from there."""

    relative: str
    kind: Kind
    version: RemoteVersion


class RemotePlace:
    """What lies below one root of a file system. Nothing is cached: every answer is the server's."""

    def __init__(self, filesystem: fsspec.AbstractFileSystem, root: str, *, is_flat: bool) -> None:
        self._filesystem = filesystem
        self._root = root.rstrip("/")
        self._is_flat = is_flat

    def entries(self) -> list[RemoteEntry]:
        """All files and links, in the order of their paths; links to folders are not entered.

        Raises:
            FileNotFoundError: there is no such folder; of object stores, which have none, no such bucket.
        """
        infos = self._flat() if self._is_flat else self._tree(self._root or "/")
        found = [RemoteEntry(self._relative(info["name"]), _kind(info), RemoteVersion.of(info)) for info in infos]
        return sorted(found, key=lambda entry: entry.relative)

    def version(self, relative: str) -> RemoteVersion | None:
        """The present version of a file, None where there is no file any more."""
        try:
            info = self._filesystem.info(self.path(relative))
        except FileNotFoundError:
            return None
        return RemoteVersion.of(info) if _kind(info) == "file" else None

    def download(self, relative: str, target: Path) -> None:
        """Copy the content to a local file."""
        self._filesystem.get_file(self.path(relative), str(target))

    def read(self, relative: str, chunk_bytes: int) -> Iterator[bytes]:
        """The content in pieces."""
        with self._filesystem.open(self.path(relative), "rb") as stream:
            while block := stream.read(chunk_bytes):
                yield block

    def path(self, relative: str) -> str:
        """A file's path on the file system."""
        return f"{self._root}/{relative}"

    def move(self, relative: str, target: RemotePlace, target_relative: str) -> None:
        """Move a file to a free name of a place on the same file system.

        SFTP renames, which fails where the name is taken. Others copy, compare the size, and then remove the original.
        Raises FileExistsError where the name is taken or the copy is not the original.
        """
        source_path, target_path = self.path(relative), target.path(target_relative)
        if target.version(target_relative) is not None:
            raise FileExistsError(target_path)
        if not self._is_flat:
            self._filesystem.makedirs(target_path.rpartition("/")[0], exist_ok=True)
        if hasattr(self._filesystem, "rename_new"):
            self._filesystem.rename_new(source_path, target_path)
            return
        before = self.version(relative)
        self._filesystem.cp_file(source_path, target_path)
        copy, after = target.version(target_relative), self.version(relative)
        if not before or not copy or not after or copy.byte_size != before.byte_size or not after.is_same_as(before):
            raise FileExistsError(f"{target_path}: the copy is not what the original is now")
        self._filesystem.rm_file(source_path)

    def remove_original(self, relative: str) -> None:
        """Take away a file whose content was found in the archive."""
        self._filesystem.rm_file(self.path(relative))

    def _flat(self) -> list[dict[str, Any]]:
        found = self._filesystem.find(self._root, detail=True)
        return [info for name, info in found.items() if not name.endswith("/")]

    def _tree(self, folder: str) -> Iterator[dict[str, Any]]:
        for info in self._filesystem.ls(folder, detail=True):
            name = info["name"].rstrip("/")
            if info["type"] == "directory" and not name.rpartition("/")[2].startswith("."):
                yield from self._tree(name)
            else:
                yield info

    def _relative(self, name: str) -> str:
        return name[len(self._root) + 1 :]


@contextmanager
def opened_place(address: str, options: Mapping[str, Any]) -> Iterator[RemotePlace]:
    """Connect to `address`; the connection ends with the block. Errors are those of the libraries, secrets included."""
    with opened_places((address,), options) as (place,):
        yield place


@contextmanager
def opened_places(addresses: tuple[str, ...], options: Mapping[str, Any]) -> Iterator[tuple[RemotePlace, ...]]:
    """Several addresses of one file system, over one connection."""
    protocol = addresses[0].partition("://")[0]
    filesystem = _filesystem(protocol, addresses[0], options)
    try:
        yield tuple(
            RemotePlace(filesystem, filesystem._strip_protocol(address), is_flat=protocol in OBJECT_STORES)
            for address in addresses
        )
    finally:
        if hasattr(filesystem, "close"):
            filesystem.close()


def _filesystem(protocol: str, address: str, options: Mapping[str, Any]) -> fsspec.AbstractFileSystem:
    if protocol in SFTP_PROTOCOLS:
        from supplier_sla.landing.remote.sftp import VerifiedSftp

        of_address = VerifiedSftp._get_kwargs_from_urls(address)
        return VerifiedSftp(**{**of_address, **options})
    defaults: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False}
    if protocol in S3_PROTOCOLS:
        defaults["config_kwargs"] = {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": ANSWER_SECONDS,
            "retries": {"max_attempts": 2},
        }
    filesystem_class = fsspec.get_filesystem_class(protocol)
    return filesystem_class(**{**filesystem_class._get_kwargs_from_urls(address), **defaults, **options})


def _kind(info: Mapping[str, Any]) -> Kind:
    if info.get("islink") or info["type"] == "link":
        return "link"
    return "file" if info["type"] == "file" else "other"


def _instant(value: Any) -> datetime | None:
    """A time as fsspec's file systems give it: a datetime, seconds since 1970, ISO 8601; UTC where no zone is said."""
    try:
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, tz=UTC)
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (AttributeError, ValueError, OverflowError, OSError):
        return None
