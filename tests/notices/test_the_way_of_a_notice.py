"""From the night to the supplier and back: both DAGs against a mail server, the supplier's answers, the next night."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from supplier_sla.night.airflow_home import airflow_environment, file_metadata_url
from supplier_sla.notices.__main__ import main
from supplier_sla.settings import Settings
from tests.conftest import REPOSITORY, Warehouse
from tests.notices.mail_box import SENDER, MailBox, serving
from tests.notices.nights import AS_OF, due
from tests.notices.nights import night as night_by_hand
from tests.support.instants import utc
from tests.support.nights import night
from tests.support.register import register

NEXT_NIGHT = utc("2026-07-29 12:00")
DESK = "desk@supplier.example"

# Each is asked to answer by 25 July, but the last one is not asked at all.
RESPONSES = [
    {"notice_number": 1, "response_kind": "answered", "responded_at": "2026-07-25T23:59:00Z"},
    {"notice_number": 2, "response_kind": "acknowledged", "responded_at": "2026-07-16T09:00:00Z"},
    {"notice_number": 2, "response_kind": "contested", "responded_at": "2026-07-26T00:00:00Z"},
    {"notice_number": 3, "response_kind": "acknowledged", "responded_at": "2026-07-16T09:00:00Z"},
    {"notice_number": 3, "response_kind": "answered", "responded_at": "2026-07-29T12:00:01Z"},
]


@dataclass(frozen=True)
class Way:
    """The warehouse after the second night, its mails, and what the runs said."""

    warehouse: Warehouse
    home: Path
    box: MailBox
    told: dict[str, str]


@pytest.fixture(scope="module")
def way(module_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    home, box, told = tmp_path_factory.mktemp("home"), MailBox(), {}
    night_by_hand(module_warehouse, *(due() for _ in range(3)), due(answer_due_date=None, recipients=None))
    with serving(box) as port:
        extra = {"from_email": SENDER, "disable_ssl": True, "disable_tls": True}
        connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": json.dumps(extra)}
        variables = {"AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(connection)}
        told["issued"] = run_dag(module_warehouse, home, "issue_supplier_notices", {})
        told["without connection"] = run_dag(module_warehouse, home, "send_supplier_notices", {})
        told["sent"] = run_dag(module_warehouse, home, "send_supplier_notices", variables)
    exports = {**register(), "notice_responses": RESPONSES}
    night(module_warehouse, home, exports, NEXT_NIGHT, dbt_tests="none")
    yield Way(module_warehouse, home, box, told)


def run_dag(warehouse: Warehouse, home: Path, dag_id: str, variables: dict[str, str]) -> str:
    """What one real run said; it must have succeeded."""
    settings = Settings(
        home=home,
        landing=home / "landing",
        outbox=home / "outbox",
        loader_url=warehouse.loader_url,
        transformer_url=warehouse.transformer_url,
        bi_reader_url=warehouse.bi_reader_url,
    )
    environment = {
        **os.environ,
        **airflow_environment(settings, file_metadata_url(settings)),
        "PYTHONPATH": os.pathsep.join((str(REPOSITORY / "plugins"), str(REPOSITORY))),
        **variables,
    }
    command = [sys.executable, "-m", "tests.support.one_dag_run", dag_id, AS_OF.isoformat()]
    run = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    told = run.stdout + run.stderr
    assert run.stdout.strip().endswith("success"), told[-3000:]
    return told


def test_the_dags_write_the_letters_and_mail_them_through_airflows_connection(way: Way) -> None:
    assert "4 notices issued" in way.told["issued"]
    assert "there is no mail connection" in way.told["without connection"]
    assert "3 mails taken, 0 put off, 0 refused" in way.told["sent"]
    assert way.box.addresses == [DESK] * 3
    assert len(list((way.home / "outbox" / "notices").iterdir())) == 8


def test_an_answer_or_objection_ends_the_deadline_and_an_acknowledgement_does_not(way: Way) -> None:
    rows = way.warehouse.query(
        "select notice_number, answer_status_code, response_kind, answered_at, is_answer_late, mail_status_code, mailed_at"
        " from marts.fct_supplier_notice order by notice_number"
    )
    assert rows == [
        (1, "answered", "answered", utc("2026-07-25 23:59"), False, "sent", AS_OF),
        (2, "answered", "contested", utc("2026-07-26 00:00"), True, "sent", AS_OF),
        (3, "unanswered", "acknowledged", None, None, "sent", AS_OF),
        (4, "not_asked", None, None, None, "no_address", None),
    ]


def test_the_hash_in_the_mart_is_that_of_the_letter_in_the_outbox(way: Way) -> None:
    for number, promised in way.warehouse.query("select notice_number, letter_sha256 from marts.fct_supplier_notice"):
        letter = (way.home / "outbox" / "notices" / f"notice_{number:06d}.html").read_bytes()
        assert hashlib.sha256(letter).hexdigest() == promised


def test_the_command_lists_shows_and_refuses_in_words(way: Way, capsys: pytest.CaptureFixture[str]) -> None:
    address = ["--database-url", way.warehouse.admin_url]
    assert main(["list", *address]) == 0
    listed = capsys.readouterr().out
    assert "4 notices issued" in listed and "no_address" in listed
    assert main(["show", "1", *address]) == 0
    shown = capsys.readouterr().out
    assert "It is miss number 3" in shown and DESK in shown and "sha256" in shown and "sent" in shown
    assert main(["show", "5", *address]) == 1
    assert main(["resend", "1", "--by", "A. Person", *address]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert main(["issue", "--outbox", str(way.home / "outbox"), *address]) == 0
    assert "0 notices issued, 0 files written" in capsys.readouterr().out
