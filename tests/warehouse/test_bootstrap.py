"""Roles and state tables: made once, repaired, never more rights than needed, no secret in the open."""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.bootstrap import ROLES, WarehouseUnfit, _passwords, _retried, pgpass_line, prepare_warehouse
from supplier_sla.database import connect, password_of, session, with_login
from supplier_sla.embedded_postgres import EmbeddedPostgres
from tests.conftest import REPOSITORY, Warehouse
from tests.support.databases import another_warehouse

ODD_PASSWORD = "p@:/%#'\\ ?&=+ü"


def execute(url: str, *statements: str) -> None:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def odd_names(template_database: str) -> Iterator[str]:
    """Superuser's address of the maintenance database; roles and databases of these tests are dropped afterwards."""
    maintenance = f"{template_database.rpartition('/')[0]}/postgres"
    yield maintenance
    with closing(psycopg2.connect(maintenance)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("select datname from pg_database where datname like 'odd%'")
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
        cursor.execute("select rolname from pg_roles where rolname like 'odd%'")
        for (name,) in cursor.fetchall():
            cursor.execute(sql.SQL("drop role {}").format(sql.Identifier(name)))


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server without our roles."""
    from supplier_sla.embedded_postgres import EmbeddedPostgres

    server = EmbeddedPostgres(tmp_path_factory.mktemp("own_server"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="module")
def prepared(template_database: str) -> Iterator[Warehouse]:
    with another_warehouse(template_database, "prepared") as warehouse:
        yield warehouse


def test_every_role_logs_in_in_utc(prepared: Warehouse) -> None:
    for role in ROLES:
        with closing(connect(getattr(prepared, f"{role}_url"))) as connection, connection.cursor() as cursor:
            cursor.execute("select current_user, current_setting('timezone'), current_database()")
            assert cursor.fetchone() == (role, "UTC", "prepared")


def test_preparing_twice_changes_nothing(prepared: Warehouse) -> None:
    catalogue = (
        "select (select jsonb_agg(r order by r.oid) from (select oid, xmin::text, rolpassword from pg_authid) as r),"
        " (select jsonb_agg(s order by s.xmin) from (select xmin::text, setconfig from pg_db_role_setting) as s),"
        " (select jsonb_agg(c order by c.oid) from (select oid, xmin::text from pg_class where oid >= 16384) as c),"
        " (select jsonb_agg(d order by d.oid) from (select oid, xmin::text, datacl from pg_database) as d),"
        " (select jsonb_agg(n order by n.oid) from (select oid, xmin::text from pg_namespace) as n)"
    )
    before = prepared.query(catalogue)
    prepare_warehouse(prepared.admin_url)
    assert prepared.query(catalogue) == before


def test_homes_on_one_server_agree_even_when_they_prepare_at_once(own_server: str) -> None:
    server = own_server.rpartition("/")[0]
    execute(own_server, "create database other")
    program = "import sys; from supplier_sla.bootstrap import prepare_warehouse as prepare;"
    program += "print(prepare(sys.argv[1]).loader)"
    homes = [
        subprocess.Popen(
            [sys.executable, "-c", program, f"{server}/{database}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "plugins")},
        )
        for database in ("warehouse", "other", "warehouse")
    ]  # fmt: skip
    said = [home.communicate(timeout=60) for home in homes]
    assert [home.returncode for home in homes] == [0, 0, 0], said
    urls = [out.decode().strip() for out, _ in said]
    for url in urls:
        connect(url).close()
    assert len(set(map(password_of, urls))) == 1


def test_a_role_that_another_home_makes_at_the_same_moment_is_found_at_the_second_try(odd_names: str) -> None:
    def make_role(cursor: Cursor) -> None:
        cursor.execute("select from pg_roles where rolname = 'odd_role'")
        if not cursor.fetchall():
            cursor.execute("create role odd_role")

    with session(odd_names) as other_home, session(odd_names) as home, ThreadPoolExecutor(1) as pool:
        with other_home.cursor() as cursor:
            make_role(cursor)
            made = pool.submit(_retried, home, make_role)
            waiting = False
            while not waiting:
                cursor.execute(
                    "select exists (select from pg_locks where not granted and pid = %s)", (home.info.backend_pid,)
                )
                ((waiting,),) = cursor.fetchall()
            other_home.commit()
        made.result()


def test_an_administrator_with_createrole_and_create_is_enough(own_server: str) -> None:
    execute(
        own_server,
        "create role odd_admin login createrole password 'x'",
        "revoke all on database warehouse from public",
        "grant connect, create, temporary on database warehouse to odd_admin with grant option",
    )
    urls = prepare_warehouse(with_login(own_server, "odd_admin", "x"))
    assert prepare_warehouse(with_login(own_server, "odd_admin", "x")) == urls
    for role in ROLES:
        connect(getattr(urls, role)).close()
    with closing(connect(urls.transformer)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create table marts_blue.fct_x (a int); create view marts.fct_x as select * from marts_blue.fct_x"
        )


def test_an_administrator_without_rights_is_told_what_to_do(own_server: str) -> None:
    execute(own_server, "create role odd_nobody login password 'x'")
    with pytest.raises(WarehouseUnfit, match=r"CREATEROLE.*permission denied.*next: give such a user"):
        prepare_warehouse(with_login(own_server, "odd_nobody", "x"))
    execute(own_server, "create role odd_half login createrole password 'x'")
    with pytest.raises(WarehouseUnfit, match=r"CREATE on the database.*permission denied.*next: grant create"):
        prepare_warehouse(with_login(own_server, "odd_half", "x"))


def test_a_database_that_has_such_schemas_already_is_left_alone(odd_names: str) -> None:
    execute(odd_names, "create database odd_taken")
    url = with_login(odd_names, "sla_admin", password_of(odd_names), database="odd_taken")
    execute(url, "create schema raw", "create table raw.precious (a int)")
    with pytest.raises(WarehouseUnfit, match=r'schema "raw" already exists.*a database of its own'):
        prepare_warehouse(url)
    execute(url, "select * from raw.precious")


def test_a_database_that_is_not_utf_8_is_refused(odd_names: str) -> None:
    execute(odd_names, "create database odd_latin encoding 'LATIN1' locale 'C' template template0")
    with pytest.raises(WarehouseUnfit, match="expected encoding UTF8; found LATIN1"):
        prepare_warehouse(with_login(odd_names, "sla_admin", password_of(odd_names), database="odd_latin"))


def test_a_role_of_somebody_else_keeps_its_password(own_server: str) -> None:
    execute(own_server, "create role loader login password 'theirs'")
    with pytest.raises(WarehouseUnfit, match=r"role loader.*somebody else's.*SUPPLIER_SLA_LOADER_PASSWORD"):
        prepare_warehouse(own_server)
    connect(with_login(own_server, "loader", "theirs")).close()
    given = {"SUPPLIER_SLA_LOADER_PASSWORD": "theirs"}
    assert password_of(prepare_warehouse(own_server, environment=given).loader) == "theirs"
    execute(own_server, "alter role bi_reader superuser")
    with pytest.raises(WarehouseUnfit, match=r"role bi_reader.*superuser"):
        prepare_warehouse(own_server, environment=given)
    execute(own_server, "alter role bi_reader nosuperuser", "alter role retention login")
    with pytest.raises(WarehouseUnfit, match=r"role retention.*nobody logs in as"):
        prepare_warehouse(own_server, environment=given)


def test_given_passwords_are_set_and_may_change(own_server: str) -> None:
    environment = {f"SUPPLIER_SLA_{role.upper()}_PASSWORD": ODD_PASSWORD + role for role in ROLES}
    urls = prepare_warehouse(own_server, environment=environment)
    for role in ROLES:
        assert password_of(getattr(urls, role)) == ODD_PASSWORD + role
        connect(getattr(urls, role)).close()
    changed = prepare_warehouse(own_server, environment={})
    connect(changed.loader).close()
    with pytest.raises(Exception, match="password authentication failed"):
        connect(urls.loader)
    # Only verifiers were sent: no statement that failed or was logged can have shown a password.
    with closing(psycopg2.connect(own_server)) as connection, connection.cursor() as cursor:
        cursor.execute("select bool_and(rolpassword like 'SCRAM-SHA-256$%%') from pg_authid where rolcanlogin", ())
        assert cursor.fetchone() == (True,)


def test_no_password_reaches_the_servers_log(own_server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    execute(own_server, "alter system set log_statement = 'all'", "select pg_reload_conf()", "select pg_sleep(0.2)")
    urls = prepare_warehouse(own_server)
    with closing(psycopg2.connect(own_server)) as connection, connection.cursor() as cursor:
        cursor.execute("select pg_read_file(current_setting('data_directory') || '/../server.log')")
        ((log,),) = cursor.fetchall()
    assert "alter role" in log
    assert not [role for role in ROLES if password_of(getattr(urls, role)) in log]


def test_a_password_of_the_administrator_with_special_characters_works(odd_names: str) -> None:
    with closing(psycopg2.connect(odd_names)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("create role odd_admin superuser login password %s", (ODD_PASSWORD,))
        cursor.execute('create database "odd db/%\'#"')
    url = with_login(odd_names, "odd_admin", ODD_PASSWORD, database="odd db/%'#")
    given = {f"SUPPLIER_SLA_{role.upper()}_PASSWORD": _passwords({}, password_of(odd_names))[role] for role in ROLES}
    urls = prepare_warehouse(url, environment=given)
    with closing(connect(urls.bi_reader)) as connection, connection.cursor() as cursor:
        cursor.execute("select current_database()")
        assert cursor.fetchone() == ("odd db/%'#",)


def test_without_a_password_to_derive_from_none_is_made_up() -> None:
    with pytest.raises(WarehouseUnfit, match=r"transformer, bi_reader.*SUPPLIER_SLA_TRANSFORMER_PASSWORD"):
        _passwords({"SUPPLIER_SLA_LOADER_PASSWORD": "given"}, None)
    given = {f"SUPPLIER_SLA_{role.upper()}_PASSWORD": role for role in ROLES}
    assert _passwords(given, None) == {role: role for role in ROLES}


def test_an_administrator_without_a_password_is_served_with_a_secret_of_our_own(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    with_password = server.start()
    try:
        (server.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n", encoding="utf-8")
        execute(with_password, "select pg_reload_conf()")
        port = with_password.rpartition(":")[2].partition("/")[0]
        trusted = f"postgresql://sla_admin@127.0.0.1:{port}/warehouse"
        for secret in ("of one home", "of another"):
            roles = prepare_warehouse(trusted, environment={}, own_secret=functools.partial(str, secret))
            connect(roles.loader).close()
    finally:
        server.stop()


def test_derived_passwords_differ_by_role_and_are_slow_to_guess_back_from() -> None:
    derived = _passwords({}, "secret")
    assert len(set(derived.values())) == len(ROLES)
    assert derived == _passwords({}, "secret")
    assert derived != _passwords({}, "Secret")
    fast = hmac.new(b"secret", b"role loader", hashlib.sha256).hexdigest()
    assert derived["loader"] != fast


def test_addresses_do_not_show_in_a_representation(prepared: Warehouse) -> None:
    urls = prepare_warehouse(prepared.admin_url)
    assert repr(urls) == "RoleUrls()"


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("loader", "update raw.tickets set title = 'x'"),
        ("loader", "delete from raw.tickets"),
        ("loader", "truncate raw.tickets"),
        ("loader", "drop table raw.tickets"),
        ("loader", "create table raw.mine (a int)"),
        ("loader", "delete from ops.delivery"),
        ("loader", "update ops.quarantined_row set line = 1"),
        ("loader", "update ops.slot set run_id = 'x'"),
        ("loader", "insert into ops.publication select * from ops.publication"),
        ("loader", "select * from finance.ledger_line"),
        ("loader", "create table marts_blue.mine (a int)"),
        ("loader", "select * from marts.anything"),
        ("transformer", "insert into raw.tickets (_delivery_id, _line, _row_hash) values (1, 1, gen_random_uuid())"),
        ("transformer", "update raw.tickets set title = 'x'"),
        ("transformer", "delete from raw.tickets"),
        ("transformer", "update ops.delivery set state = 'refused'"),
        ("transformer", "insert into ops.quarantined_row (delivery_id) values (1)"),
        ("transformer", "delete from ops.slot"),
        ("transformer", "create table finance.mine (a int)"),
        ("transformer", "alter table finance.ledger_line disable trigger all"),
        ("transformer", "drop function finance.refuse_change() cascade"),
        ("transformer", "create or replace function finance.refuse_change() returns trigger language sql as ''"),
        ("transformer", "set session_replication_role = replica"),
        ("transformer", "update finance.extract_written set written_at = now()"),
        ("transformer", "create schema mine"),
    ],
)
def test_no_role_may_do_the_work_of_another(prepared: Warehouse, role: str, statement: str) -> None:
    with closing(psycopg2.connect(getattr(prepared, f"{role}_url"))) as connection, connection.cursor() as cursor:
        with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedTable)) as caught:
            cursor.execute(statement)
        assert isinstance(caught.value, errors.InsufficientPrivilege), caught.value


def test_an_administrators_own_limits_for_readers_stay(warehouse: Warehouse) -> None:
    name = warehouse.admin_url.rpartition("/")[2]
    warehouse.query(f"alter role bi_reader in database {name} set statement_timeout = '1h'")
    warehouse.query(f"alter role bi_reader in database {name} reset default_transaction_read_only")
    prepare_warehouse(warehouse.admin_url)
    with closing(psycopg2.connect(warehouse.bi_reader_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select current_setting('statement_timeout'), current_setting('default_transaction_read_only')")
        assert cursor.fetchone() == ("1h", "on")


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("postgresql://bi_reader:secret@127.0.0.1:55432/warehouse", "127.0.0.1:55432:*:bi_reader:secret\n"),
        ("postgresql://bi_reader:a%3Ab%5Cc%40d@db.example/warehouse", "db.example:5432:*:bi_reader:a\\:b\\\\c@d\n"),
        ("postgresql://bi_reader:x@[::1]:1/w?sslmode=require", "\\:\\:1:1:*:bi_reader:x\n"),
    ],
)
def test_a_line_of_a_password_file_escapes_colons_and_backslashes(url: str, line: str) -> None:
    assert pgpass_line(url) == line
