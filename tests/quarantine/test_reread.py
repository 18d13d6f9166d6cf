"""Reading a file again loads what is good now, once, and brings nothing back that was restated since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from supplier_sla.landing.limits import BadRowLimits
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.quarantine.reread import NothingToReread, Selection
from tests.quarantine.conftest import FIRST_NIGHT, MENDED, Desk, desk, rows
from tests.support.export_files import zipped

OpenDesk = Callable[..., Desk]


def test_rows_that_are_good_now_load_once_in_a_delivery_that_names_the_old_one(open_desk: OpenDesk) -> None:
    a = open_desk()
    text = rows(
        "A1,2026-01-05T09:00:00Z,high",
        "A2,2026-01-05T09:00:00Z,low",
        "A3,2026-01-05,low",
        "A1,2026-01-05T09:00:00Z,high",
        "A4,2026-01-05T09:00:00Z,low",
    )
    first = a.deliver({"desk_a.csv": text})["desk_a.csv"]
    assert (first.state, first.counts.rows_loaded, first.counts.rows_quarantined) == ("partly_loaded", 1, 3)

    a.mend(MENDED)
    (again,) = a.reread(first.delivery_id)

    assert again.is_kept
    assert again.outcome is not None
    counts = again.outcome.counts
    assert (counts.rows_in_file, counts.rows_loaded, counts.rows_quarantined, counts.rows_repeated) == (5, 2, 1, 2)
    assert a.warehouse.query(
        "select rereads_delivery_id, relative_path, state, profile from ops.delivery where delivery_id = %s",
        (again.outcome.delivery_id,),
    ) == [(first.delivery_id, "desk_a.csv", "partly_loaded", "desk")]
    assert a.priorities("A1", "A2", "A3", "A4") == [("A1", "P1"), ("A2", "P3"), ("A4", "P3")]
    new = again.outcome.delivery_id
    # A3 had two problems; the one with its priority is gone, the line is not.
    assert a.status(first.delivery_id) == [
        (3, "mended", new), (4, "kept_out_again", None), (4, "kept_out_again", None), (6, "mended", new),
    ]  # fmt: skip
    assert a.status(new) == [(4, "open", None)]

    (third,) = a.reread(first.delivery_id)
    assert not third.is_kept, "nothing is left to load, so nothing is booked"
    assert a.land() == {}, "and the next night knows the file"


def test_file_with_a_control_sum_is_read_again_without_what_is_loaded_already(open_desk: OpenDesk) -> None:
    def fees(**services: str) -> SourceProfile:
        columns = {
            "contract_id": "contract", "fee_month": "month", "fee_amount": "fee", "currency_code": "currency",
            "service_code": {"from": "service", "codes": services},
        }  # fmt: skip
        control = {"name": "{stem}.json", "row_count": "rows", "sums": {"fee_amount": "total"}}
        return desk(files=[{"pattern": "fees_*.csv", "entity": "fees", "columns": columns, "control": control}])

    a = open_desk(fees(lan="network"))
    (a.landing / "fees_m.json").write_text('{"rows": 2, "total": 90}', encoding="utf-8")
    text = "contract,month,fee,currency,service\nC,2026-01,40,EUR,lan\nC,2026-01,50,EUR,phone\n"
    first = a.deliver({"fees_m.csv": text})["fees_m.csv"]
    assert first.state == "partly_loaded"

    a.mend(fees(lan="network", phone="telephony"))
    (again,) = a.reread(first.delivery_id)

    assert again.is_kept, again.problem
    assert a.warehouse.query("select fee_amount from raw.fees order by _line") == [("40",), ("50",)]


def test_dry_run_says_what_would_load_and_leaves_no_trace(open_desk: OpenDesk) -> None:
    a = open_desk()
    first = a.deliver({"desk_b.csv": rows("B1,2026-01-05T09:00:00Z,low")})["desk_b.csv"]
    a.mend(MENDED)
    before = a.warehouse.query("select count(*) from ops.delivery")

    (would,) = a.reread(first.delivery_id, is_dry_run=True)

    assert would.outcome is not None
    assert (would.outcome.counts.rows_loaded, would.is_kept) == (1, False)
    assert a.warehouse.query("select count(*) from ops.delivery") == before
    assert a.priorities("B1") == []


def test_what_a_later_delivery_has_restated_is_not_brought_back(open_desk: OpenDesk) -> None:
    a = open_desk()
    header = "id,opened,prio,changed"
    old = rows(
        "C1,2026-01-05T09:00:00Z,low,",
        "C2,2026-01-05T09:00:00Z,low,2026-01-06T00:00:00Z",
        "C3,2026-01-05T09:00:00Z,low,2026-01-06T00:00:00Z",
        header=header,
    )
    first = a.deliver({"desk_c1.csv": old})["desk_c1.csv"]
    newer = rows(
        "C1,2026-01-05T09:00:00Z,high,",
        "C2,2026-01-05T09:00:00Z,high,2026-01-06T00:00:00Z",
        "C3,2026-01-05T09:00:00Z,high,2026-01-07T00:00:00Z",
        header=header,
    )
    a.deliver({"desk_c2.csv": newer})
    a.mend(MENDED)

    (again,) = a.reread(first.delivery_id)

    assert again.outcome is not None
    assert (again.outcome.counts.rows_loaded, again.outcome.counts.rows_repeated) == (1, 2)
    # Only the older version of C3 is new to the warehouse; the newest versions stay those of the later delivery.
    assert a.priorities("C1", "C2", "C3") == [("C1", "P1"), ("C2", "P1"), ("C3", "P1"), ("C3", "P3")]


def test_lines_loaded_before_stay_as_they_were_understood(open_desk: OpenDesk) -> None:
    a = open_desk()
    text = rows("D1,2026-01-05T09:00:00Z,high", "D2,2026-01-05T09:00:00Z,low")
    first = a.deliver({"desk_d.csv": text})["desk_d.csv"]
    a.mend(desk(codes={"high": "P2", "low": "P3"}))

    a.reread(first.delivery_id)

    assert a.priorities("D1", "D2") == [("D1", "P1"), ("D2", "P3")]


def test_refused_file_is_read_by_the_profile_that_came_later(open_desk: OpenDesk) -> None:
    a = open_desk(MENDED)
    refused = a.deliver({"newtool_e.csv": rows("E1,2026-01-05T09:00:00Z,low")})["newtool_e.csv"]
    assert refused.state == "refused"
    (still,) = a.reread(refused.delivery_id)
    assert "no source profile" in str(still.problem)

    file = {**MENDED.files[0].model_dump(by_alias=True, exclude_unset=True), "pattern": "newtool_*.csv"}
    a.mend(MENDED, desk(name="newtool", files=[file]))
    (again,) = a.reread(refused.delivery_id)

    assert again.is_kept
    assert a.priorities("E1") == [("E1", "P3")]
    with pytest.raises(NothingToReread):
        a.reread(refused.delivery_id)


def test_file_is_found_by_its_content_or_said_to_be_gone(open_desk: OpenDesk, tmp_path: Path) -> None:
    a = open_desk()
    zipped(
        a.landing / "desk_f.zip",
        [
            ("desk_f1.csv", rows("F1,2026-01-05T09:00:00Z,low").encode()),
            ("desk_f2.csv", rows("F2,2026-01-05T09:00:00Z,low").encode()),
        ],
    )
    landed = a.deliver({"desk_f3.csv": rows("F3,2026-01-05T09:00:00Z,low")})
    assert set(landed) == {"desk_f.zip!/desk_f1.csv", "desk_f.zip!/desk_f2.csv", "desk_f3.csv"}
    archive = tmp_path / "archive"
    (archive / "2026").mkdir(parents=True)
    (a.landing / "desk_f.zip").rename(archive / "2026" / "0001.zip")
    (a.landing / "desk_f3.csv").write_text(rows("F3,2026-01-05T09:00:00Z,high"), encoding="utf-8")
    a.mend(MENDED)

    (gone,) = a.reread(landed["desk_f3.csv"].delivery_id)
    assert "the file desk_f3.csv; expected content with SHA-256" in str(gone.problem)
    assert "put the file back" in str(gone.problem)
    (found,) = a.reread(landed["desk_f.zip!/desk_f2.csv"].delivery_id, a.landing, archive)
    assert found.is_kept
    assert found.outcome is not None
    assert found.outcome.relative_path == "desk_f.zip!/desk_f2.csv"
    assert a.priorities("F1", "F2", "F3") == [("F2", "P3")]


def test_selection_by_source_and_entity(open_desk: OpenDesk) -> None:
    a = open_desk()
    a.deliver({"desk_g.csv": rows("G1,2026-01-05T09:00:00Z,low")})
    with pytest.raises(NothingToReread):
        a.reread(selection=Selection(source="another"))
    with pytest.raises(NothingToReread):
        a.reread(selection=Selection(source="desk", entity="fees"))
    a.mend(MENDED)
    results = a.reread(selection=Selection(source="desk", entity="tickets"))
    assert "desk_g.csv" in [each.candidate.relative_path for each in results if each.is_kept]


def test_bad_row_knows_when_it_was_first_seen_how_often_and_who_mended_it(open_desk: OpenDesk) -> None:
    a = open_desk()
    header = "id,opened,prio,changed"
    nights = [FIRST_NIGHT + timedelta(days=day) for day in range(5)]
    bad = "H1,2026-01-05T09:00:00Z,low,2026-01-06T00:00:00Z"
    first = a.deliver({"desk_h1.csv": rows(bad, header=header)}, as_of=nights[0])["desk_h1.csv"]
    second = a.deliver({"desk_h2.csv": rows("H9,2026-01-05T09:00:00Z,high,", bad, header=header)}, as_of=nights[1])
    second_id = second["desk_h2.csv"].delivery_id
    older = "H1,2026-01-05T09:00:00Z,high,2026-01-05T00:00:00Z"
    a.deliver({"desk_h3.csv": rows(older, header=header)}, as_of=nights[2])
    assert a.status(first.delivery_id) == [(2, "open", None)], "an older version mends nothing"
    newer = "H1,2026-01-05T09:00:00Z,high,2026-01-08T00:00:00Z"
    mending = a.deliver({"desk_h4.csv": rows(newer, header=header)}, as_of=nights[3])["desk_h4.csv"]
    a.deliver({"desk_h5.csv": rows(newer.replace("08T", "09T"), header=header)}, as_of=nights[4])

    assert a.status(first.delivery_id) == [(2, "mended", mending.delivery_id)]
    assert a.status(second_id) == [(3, "mended", mending.delivery_id)]
    assert a.warehouse.query(
        "select record_key, first_seen_at, seen_count, mended_at from ops.quarantine_state where delivery_id = %s",
        (second_id,),
    ) == [("desk/H1", nights[0], 2, nights[3])]


@pytest.mark.parametrize(
    ("limits", "of_profile"),
    [
        (BadRowLimits(bad_rows_ratio=0.2), {}),
        (BadRowLimits(), {"bad_rows_ratio": 0.2}),
        (BadRowLimits(bad_rows_ratio=0.9, bad_rows=4), {}),
        (BadRowLimits(bad_rows=1_000), {"bad_rows": 4}),
    ],
    ids=["share by setting", "share by profile", "number by setting", "number by profile before setting"],
)
def test_file_above_a_limit_is_refused_whole_and_the_others_go_on(
    open_desk: OpenDesk, limits: BadRowLimits, of_profile: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("supplier_sla.landing.load.MOST_PROBLEMS_KEPT", 3)
    a = open_desk(desk(limits=of_profile), limits=limits)
    case = f"{limits.bad_rows_ratio}{limits.bad_rows}{len(of_profile)}".replace(".", "")
    lines = [f"I{case}-{n},2026-01-05T09:00:00Z,{'low' if n < 5 else 'high'}" for n in range(20)]
    good = rows(*[line.replace("low", "high").replace(f"I{case}", f"J{case}") for line in lines])
    landed = a.deliver({"desk_i.csv": rows(*lines), "desk_j.csv": good})

    refused = landed["desk_i.csv"]
    assert refused.state == "refused"
    assert "bad rows of the file; expected at most" in str(refused.reason)
    assert "found 5 of 20 (25.00%)" in str(refused.reason)
    assert (refused.counts.rows_in_file, refused.counts.rows_quarantined) == (20, 20)
    assert landed["desk_j.csv"].counts.rows_loaded == 20
    assert a.priorities(*[f"I{case}-{n}" for n in range(20)]) == []
    assert [line for line, _, _ in a.status(refused.delivery_id)] == [2, 3, 4], "the first problems stay findable"

    a.run = type(a.run)(**{**a.run.__dict__, "bad_row_limits": BadRowLimits()})
    a.mend(desk())
    (again,) = a.reread(refused.delivery_id)
    assert again.is_kept
    assert again.outcome is not None
    assert (again.outcome.counts.rows_loaded, again.outcome.counts.rows_quarantined) == (15, 5)
    assert {status for _, status, _ in a.status(refused.delivery_id)} == {"kept_out_again"}
    assert a.land() == {}, "and the next night does not try it again"


def test_file_refused_for_a_limit_is_tried_again_by_the_night_when_the_limit_changes(open_desk: OpenDesk) -> None:
    a = open_desk(desk(limits={"bad_rows": 0}))
    text = rows("N1,2026-01-05T09:00:00Z,high", "N2,2026-01-05T09:00:00Z,low")
    refused = a.deliver({"desk_n.csv": text})["desk_n.csv"]
    assert refused.state == "refused"
    assert a.land() == {}, "nothing has changed"

    a.mend(desk(limits={"bad_rows": 1}))
    again = a.land()["desk_n.csv"]

    assert again.state == "partly_loaded"
    assert a.priorities("N1", "N2") == [("N1", "P1")]
    assert a.status(refused.delivery_id) == [(3, "kept_out_again", None)]
    assert a.status(again.delivery_id) == [(3, "open", None)]


def test_file_at_its_limits_loads_and_few_rows_have_no_share(open_desk: OpenDesk) -> None:
    a = open_desk(limits=BadRowLimits(bad_rows_ratio=0.25, bad_rows=5))
    lines = [f"K{n},2026-01-05T09:00:00Z,{'low' if n < 5 else 'high'}" for n in range(20)]
    assert a.deliver({"desk_k.csv": rows(*lines)})["desk_k.csv"].state == "partly_loaded"
    few = a.deliver({"desk_l.csv": rows(*[line.replace("K", "L") for line in lines[:3]])})
    assert few["desk_l.csv"].state == "partly_loaded"
