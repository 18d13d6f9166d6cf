"""Addresses: read as libpq reads them, rebuilt without losing anything, shown without passwords."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from supplier_sla.database import (
    AddressInvalid,
    DatabaseUnreachable,
    address_parameters,
    connect,
    password_of,
    sqlalchemy_url,
    with_login,
    without_password,
)

TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=20)


@given(user=TEXT, password=TEXT, database=TEXT)
def test_any_user_password_and_database_survive_in_an_address(user: str, password: str, database: str) -> None:
    url = with_login("postgresql://someone@db.example:5433/x?sslmode=require", user, password, database=database)
    assert address_parameters(url) == {
        "user": user, "password": password, "host": "db.example", "port": "5433", "dbname": database,
        "sslmode": "require",
    }  # fmt: skip
    parsed = make_url(sqlalchemy_url(url))
    assert (parsed.username, parsed.password, parsed.host, parsed.port) == (user, password, "db.example", 5433)
    assert parsed.query == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("url", "parameters"),
    [
        ("postgresql://a:b@[::1]:5433/d", {"host": "::1", "port": "5433", "dbname": "d"}),
        ("postgresql://a:b@/d?host=/var/run/postgresql", {"host": "/var/run/postgresql", "dbname": "d"}),
        ("postgresql://a:b@h1:1,h2:2/d", {"host": "h1,h2", "port": "1,2", "dbname": "d"}),
        ("host=h dbname=d user=a password='b c'", {"host": "h", "dbname": "d"}),
        ("postgresql:///d?host=h&user=a&password=b&passfile=/x", {"host": "h", "dbname": "d"}),
        ("postgresql://a:b@h", {"host": "h", "dbname": "a"}),  # libpq's default, which must not follow the new user
    ],
)
def test_another_login_reaches_the_same_database(url: str, parameters: dict[str, str]) -> None:
    found = address_parameters(with_login(url, "loader", "secret"))
    assert found == {"user": "loader", "password": "secret", **parameters}


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://a:secret@h:5433/d?sslmode=require", "postgresql://a@h:5433/d"),
        ("postgresql://h/d?user=a&password=secret", "postgresql://a@h/d"),
        ("host=h dbname=d user=a password=secret", "postgresql://a@h/d"),
        ("postgresql://a%40b:secret@[::1]/d%2Fe", "postgresql://a%40b@[::1]/d%2Fe"),
        ("postgresql:///d?host=/tmp&password=secret", "postgresql://%2Ftmp/d"),
    ],
)
def test_what_is_shown_is_an_address_without_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
    address_parameters(shown)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:s3cret@word@h/d",
        "postgresql://a:s3cret@h:port/d",
        "postgresql://a:s3cret%zz@h/d",
        "mysql://a:s3cret@h/d",
        "s3cret",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(AddressInvalid, match="%40") as caught:
        connect(url)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))


def test_a_server_that_does_not_answer_is_named_without_password() -> None:
    with pytest.raises(DatabaseUnreachable, match=r"postgresql://a@127\.0\.0\.1:1/d.*refused.*next:") as caught:
        connect(f"postgresql://a:{'terces'[::-1]}@127.0.0.1:1/d")  # spelt so that the traceback's source line is clean
    assert "secret" not in "".join(traceback.format_exception(caught.value))


def test_an_address_without_password_has_an_empty_one() -> None:
    assert password_of("postgresql://a@h/d") == ""
