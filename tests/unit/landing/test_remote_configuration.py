"""Which remote landings a setting can name, what a connection means to fsspec, and that no secret is repeated."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.landing.remote.configuration import RemoteLanding, RemoteLandingsInvalid, remote_landings
from supplier_sla.landing.remote.connection_options import ConnectionFields, ConnectionUnfit, storage_options
from supplier_sla.landing.remote.hiding import StorageOptions, without_secrets
from supplier_sla.landing.remote.names import reason_to_leave_remote_alone
from supplier_sla.landing.remote.place import RemoteVersion

PASSWORD = "hunter2-hunter2"
NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)


def landings(*entries: dict[str, Any]) -> tuple[RemoteLanding, ...]:
    return remote_landings({"SUPPLIER_SLA_REMOTE_LANDINGS": json.dumps(entries)})


def test_no_setting_is_no_remote_landing() -> None:
    for value in ("", " ", "none"):
        assert remote_landings({"SUPPLIER_SLA_REMOTE_LANDINGS": value}) == remote_landings({}) == ()


def test_files_stay_and_settle_for_a_minute_unless_told_otherwise() -> None:
    (landing,) = landings({"name": "desk", "address": "s3://exports/desk"})
    assert (landing.is_archived, landing.settling, landing.connection) == (False, timedelta(minutes=1), None)


def test_the_list_may_be_a_yaml_file(tmp_path: Path) -> None:
    path = tmp_path / "landings.yml"
    path.write_text("landings:\n  - name: desk\n    address: sftp://host/out\n    archive: sftp://host/done\n")
    (landing,) = remote_landings({"SUPPLIER_SLA_REMOTE_LANDINGS": str(path)})
    assert (landing.name, landing.host, landing.is_archived) == ("desk", "host", True)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "Desk:1", "address": "s3://b/p"}, "landings.0.name"),
        ({"name": "desk", "address": "exports/desk"}, "must look like s3://bucket/prefix"),
        ({"name": "desk", "address": "simplecache::s3://b/p"}, "must look like"),
        ({"name": "desk", "address": f"sftp://ann:{PASSWORD}@host/out"}, "must not hold a password"),
        ({"name": "desk", "address": f"https://host/out?sig={PASSWORD}"}, "must not hold ?"),
        ({"name": "desk", "address": "sftp://host/out/../in"}, "must not hold ?"),
        ({"name": "desk", "address": "s3://"}, "must name a bucket"),
        ({"name": "desk", "address": "s3://b/p", "password": PASSWORD}, "landings.0.password: Extra inputs"),
        ({"name": "desk", "address": "s3://b/in", "archive": "s3://b/in/done"}, "inside the landing"),
        ({"name": "desk", "address": "s3://b/in", "archive": "/srv/done"}, "must look like"),
        ({"name": "desk", "address": "s3://b/in", "archive": "gs://b/done"}, "same store"),
        ({"name": "desk", "address": "sftp://a/in", "archive": "sftp://b/done"}, "same store"),
        ({"name": "desk", "address": "s3://b/in", "settling_seconds": -1}, "landings.0.settling_seconds"),
    ],
)
def test_a_landing_that_cannot_work_is_refused_without_repeating_what_was_written(
    entry: dict[str, Any], message: str
) -> None:
    with pytest.raises(RemoteLandingsInvalid) as caught:
        landings(entry)
    assert message in str(caught.value)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", [f'[{{"password": "{PASSWORD}"', "nowhere.yml", '{"landings": 1}'])
def test_a_setting_that_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(RemoteLandingsInvalid) as caught:
        remote_landings({"SUPPLIER_SLA_REMOTE_LANDINGS": value})
    assert PASSWORD not in str(caught.value)


def test_two_landings_of_one_name_or_one_address_are_refused() -> None:
    first, second = {"name": "a", "address": "s3://b/p"}, {"name": "b", "address": "s3://b/p/"}
    with pytest.raises(RemoteLandingsInvalid, match="every address"):
        landings(first, second)
    with pytest.raises(RemoteLandingsInvalid, match="every name"):
        landings(first, {"name": "a", "address": "s3://c"})


def options_of(address: str, connection: ConnectionFields) -> StorageOptions:
    return storage_options(RemoteLanding(name="desk", address=address, connection="desk"), connection)


def test_an_s3_connection_gives_key_endpoint_and_region() -> None:
    extra = {"endpoint_url": "http://minio:9000", "region_name": "eu-central-1", "fsspec": {"requester_pays": True}}
    assert options_of("s3://b/p", ConnectionFields(login="ann", password=PASSWORD, extra=extra)) == {
        "key": "ann",
        "secret": PASSWORD,
        "endpoint_url": "http://minio:9000",
        "client_kwargs": {"region_name": "eu-central-1"},
        "requester_pays": True,
    }


def test_an_sftp_connection_gives_host_login_and_keys() -> None:
    extra = {"host_key": "ssh-ed25519 AAAA", "no_host_key_check": "false"}
    connection = ConnectionFields("host", 2222, "ann", PASSWORD, extra)
    expected = {"host": "host", "port": 2222, "username": "ann", "password": PASSWORD, "host_key": "ssh-ed25519 AAAA"}
    assert options_of("sftp:///out", connection) == options_of("sftp://HOST/out", connection) == expected


@pytest.mark.parametrize(
    ("address", "connection", "message"),
    [
        ("sftp://elsewhere/out", ConnectionFields("host", password=PASSWORD), "expected the host of the address"),
        ("s3://b/p", ConnectionFields(extra={"role_arn": PASSWORD}), "found role_arn"),
        ("abfs://c/p", ConnectionFields(login="ann", password=PASSWORD), "in the extra field"),
    ],
)
def test_a_connection_that_means_nothing_to_the_landing_is_refused(
    address: str, connection: ConnectionFields, message: str
) -> None:
    with pytest.raises(ConnectionUnfit) as caught:
        options_of(address, connection)
    assert message in str(caught.value)
    assert PASSWORD not in f"{caught.value}{connection!r}"


def test_options_show_their_names_only() -> None:
    options = StorageOptions(secret=PASSWORD, key="ann")
    assert f"{options} {options!r}" == "StorageOptions(key, secret) StorageOptions(key, secret)"


@pytest.mark.parametrize(
    "text",
    [
        f"login with {PASSWORD} failed",
        f"cannot reach http://ann:{PASSWORD}@host/x",
        f"GET https://host/x?X-Amz-Signature={PASSWORD}&a=1",
        f"token {PASSWORD}-nested",
    ],
)
def test_secrets_are_cut_out_of_foreign_messages(text: str) -> None:
    options = {"secret": "x" * 9, "client_kwargs": {"aws_session_token": f"{PASSWORD}-nested"}}
    shown = without_secrets(text, {**options, "password": PASSWORD} if "login" in text else options)
    assert PASSWORD not in shown
    assert "***" in shown


@pytest.mark.parametrize(
    ("relative", "reason"),
    [
        ("tickets.csv", None),
        ("2026/tickets.csv", None),
        ("a b\nc.csv", None),
        ("/etc/passwd", "absolute name"),
        ("../tickets.csv", "name that leaves the landing"),
        ("a/../../tickets.csv", "name that leaves the landing"),
        ("a//tickets.csv", "name with an empty part"),
        ("tickets.csv\0", "name with an empty part"),
        (".hidden", "hidden"),
        (".snapshot/tickets.csv", "in a folder that is left alone: hidden"),
        ("tickets.csv.part", "temporary name, still being written"),
        ("x" * 252 + ".csv", "name of more than 255 bytes"),
    ],
)
def test_remote_names_are_judged_before_anything_is_fetched(relative: str, reason: str | None) -> None:
    assert reason_to_leave_remote_alone(relative) == reason


def test_two_versions_are_the_same_by_etag_else_by_time_and_never_without_either() -> None:
    listed = RemoteVersion.of({"size": 3, "ETag": '"a1"', "LastModified": NOON + timedelta(milliseconds=5)})
    assert listed.is_same_as(RemoteVersion.of({"size": 3, "ETag": '"a1"', "LastModified": NOON}))
    assert not listed.is_same_as(RemoteVersion(3, "b2", listed.modified_at))
    timed = RemoteVersion.of({"size": 3, "mtime": NOON.timestamp()})
    assert timed.is_same_as(RemoteVersion(3, None, NOON))
    assert not timed.is_same_as(RemoteVersion(3, None, NOON + timedelta(seconds=1)))
    assert not timed.is_same_as(RemoteVersion(4, None, NOON))
    assert not RemoteVersion(3, None, None).is_same_as(RemoteVersion(3, None, None))


def test_a_file_has_settled_when_nobody_touched_it_for_the_settling_time() -> None:
    version = RemoteVersion(3, None, NOON)
    minute = timedelta(minutes=1)
    assert version.is_settled(NOON + minute, minute)
    assert not version.is_settled(NOON + minute - timedelta(seconds=1), minute)
    assert version.is_settled(NOON, timedelta(0))
    assert RemoteVersion(3, None, None).is_settled(NOON, minute)
