"""Readers see what became of a bad row, as of their night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from supplier_sla.database import session
from supplier_sla.warehouse.slots import choose_slot
from tests.quarantine.conftest import FIRST_NIGHT, MENDED, Desk, rows
from tests.support.nights import build


def test_the_mart_says_what_became_of_a_bad_row(open_desk: Callable[..., Desk], tmp_path: Path) -> None:
    a = open_desk()
    second_night, third_night = FIRST_NIGHT + timedelta(days=1), FIRST_NIGHT + timedelta(days=2)
    bad = "X1,2026-01-05T09:00:00Z,low"
    first = a.deliver({"desk_1.csv": rows(bad, "X2,2026-01-05,low", "X3,2026-01-05,high")})["desk_1.csv"]
    a.deliver({"desk_2.csv": rows("X9,2026-01-05T09:00:00Z,high", bad)}, as_of=second_night)
    mending = a.deliver({"desk_3.csv": rows("X3,2026-01-05T09:00:00Z,high")}, as_of=third_night)["desk_3.csv"]
    a.mend(MENDED)
    (again,) = a.reread(first.delivery_id)
    assert again.outcome is not None
    with session(a.warehouse.loader_url) as connection, connection, connection.cursor() as cursor:
        cursor.execute("update ops.delivery set is_checked = true")
    # Delivered and not judged yet: it is no part of the night that is built now.
    a.deliver({"desk_4.csv": rows("X2,2026-01-05T09:00:00Z,high")}, as_of=third_night)
    with session(a.warehouse.transformer_url) as connection:
        slot = choose_slot(
            connection, as_of=third_night, run_id="t", fingerprint="t", force=True, full_refresh=False
        ).slot
    assert slot is not None
    build(a.warehouse, tmp_path, slot, marts=["qc_quarantined_row"])

    found = a.warehouse.query(
        "select delivery_id, source_row_number, column_name, record_key, first_seen_at, seen_count, status_code,"
        f" mended_by_delivery_id, mended_at from {slot}.qc_quarantined_row order by quarantine_id"
    )
    new = again.outcome.delivery_id
    by_reread = ("mended", new, third_night)
    assert found == [
        (first.delivery_id, 2, "priority_code", "desk/X1", FIRST_NIGHT, 2, *by_reread),
        (first.delivery_id, 3, "priority_code", "desk/X2", FIRST_NIGHT, 1, "kept_out_again", None, None),
        (first.delivery_id, 3, "opened_at", "desk/X2", FIRST_NIGHT, 1, "kept_out_again", None, None),
        (first.delivery_id, 4, "opened_at", "desk/X3", FIRST_NIGHT, 1, "mended", mending.delivery_id, third_night),
        (first.delivery_id + 1, 3, "priority_code", "desk/X1", FIRST_NIGHT, 2, "open", None, None),
        (new, 3, "opened_at", "desk/X2", FIRST_NIGHT, 1, "open", None, None),
        (new, 4, "opened_at", "desk/X3", FIRST_NIGHT, 1, "mended", mending.delivery_id, third_night),
    ]
