"""The year of the generated company, as its vendor manager would tell it: asked of the marts of the sample night.

One supplier slides, is told, disputes, mends its ways and recovers; one is let go; one is too small to judge.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.night.conftest import SampleNight
from tests.support.commands import NightHome

pytestmark = pytest.mark.night

GOOD, SLIDING, BAD, STEADY, TINY, CITY = "SUP-01", "SUP-02", "SUP-03", "SUP-04", "SUP-05", "SUP-CITY"
SLIDING_CONTRACT, BAD_CONTRACT, TINY_CONTRACT = "C-2024-002-1", "C-2024-003-1", "C-2024-005-1"
RESOLUTION = "SL-002-1-RES"
MONTHS = [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]


@pytest.fixture
def home(sample_night: SampleNight) -> NightHome:
    return sample_night.home


def _scores(home: NightHome, supplier: str, kind: str) -> dict[date, Decimal]:
    rows = home.query(
        "select period_from, score from marts.fct_supplier_period_scorecard"
        f" where supplier_id = '{supplier}' and period_kind_code = '{kind}' and status_code = 'scored'"
    )
    return dict(rows)


def _assessed(home: NightHome, contract: str) -> tuple[str, str, bool | None]:
    """What was proposed for 2025, what was decided, and whether they agree."""
    ((proposal, decision, is_as_proposed),) = home.query(
        "select proposal_code, decision_code, is_decided_as_proposed from marts.rpt_supplier_assessment_annual"
        f" where contract_id = '{contract}' and assessment_year = 2025"
    )
    return proposal, decision, is_as_proposed


def test_the_sliding_supplier_fails_three_months_and_then_resolves_in_time_again(home: NightHome) -> None:
    ratios = dict(
        home.query(
            "select period_from, attainment_ratio from marts.rpt_supplier_sla_compliance"
            f" where service_level_id = '{RESOLUTION}' and period_kind_code = 'month' and measured_quantity > 0"
        )
    )
    slid, recovered = [ratios[month] for month in MONTHS[1:4]], [ratios[month] for month in MONTHS[4:]]
    assert ratios[MONTHS[0]] > max(slid)
    assert max(slid) < Decimal("0.80") < Decimal("0.95") <= min(recovered)


def test_its_score_falls_and_rises_and_its_own_months_say_what_moved_it(home: NightHome) -> None:
    scores = _scores(home, SLIDING, "month")
    assert scores[MONTHS[0]] - scores[MONTHS[2]] > 20
    assert scores[MONTHS[5]] - scores[MONTHS[2]] > 20
    ((mover,),) = home.query(
        "select top_mover_criterion_id from marts.fct_supplier_period_scorecard"
        f" where supplier_id = '{SLIDING}' and period_kind_code = 'month' and period_from = '{MONTHS[1]}'"
    )
    assert mover in ("in_time", "complaints")


def test_the_ladder_rises_from_reminder_to_warning_to_formal_notice(home: NightHome) -> None:
    """Sent in time or found too old by the first night: the rules name the same causes."""
    causes = home.query(
        "select notice_kind, min(period_month) from ("
        " select notice_kind, period_month, notice_rule_id from marts.rpt_supplier_notice_due"
        " union all select notice_kind, period_month, notice_rule_id from marts.fct_supplier_notice) as both_sides"
        " where notice_rule_id in ('NR-002-1-REMIND', 'NR-002-1-WARN', 'NR-002-1-FORMAL') group by 1"
    )
    assert dict(causes) == {"reminder": MONTHS[0], "warning": MONTHS[1], "formal_notice": MONTHS[2]}


def test_no_letter_leaves_for_an_address_that_somebody_could_have(home: NightHome) -> None:
    recipients = home.query("select recipients from marts.rpt_supplier_notice_due where recipients is not null")
    assert recipients
    addresses = [address.strip() for (text,) in recipients for address in text.split(";")]
    assert all(address.endswith((".example", "example.com")) for address in addresses)


def test_it_won_half_of_the_misses_that_it_disputed_and_these_count_no_more(home: NightHome) -> None:
    outcomes = home.query(
        "select ticket_key, outcome_code from marts.fct_breach_dispute"
        f" where supplier_id = '{SLIDING}' and ticket_key is not null"
    )
    won = sorted(ticket for ticket, outcome in outcomes if outcome == "reversed")
    lost = sorted(ticket for ticket, outcome in outcomes if outcome == "upheld")
    assert (len(won), len(lost)) == (3, 3)
    for tickets, status in ((won, "excused"), (lost, "breached")):
        named = ", ".join(f"'{ticket}'" for ticket in tickets)
        assert home.query(
            "select distinct status_code from marts.fct_ticket_sla"
            f" where service_level_id = 'SL-002-1-RSP' and ticket_key in ({named})"
        ) == [(status,)]


def test_its_plan_is_tied_to_the_misses_that_caused_it_and_its_measures_are_verified(home: NightHome) -> None:
    ((plan, breaches, missed_months, state),) = home.query(
        "select plan_id, breach_count, missed_month_count, state_code from marts.fct_rectification_plan"
        f" where supplier_id = '{SLIDING}'"
    )
    assert breaches == 13, "6 in November and 7 in December, as fct_service_level_period counts them"
    assert (missed_months, state) == (2, "verified")
    states = [
        code for (code,) in home.query(f"select state_code from marts.fct_corrective_action where plan_id = '{plan}'")
    ]
    assert sorted(states) == ["verified", "verified", "verified_late"]


def test_its_recovery_is_measured_and_not_an_opinion(home: NightHome) -> None:
    ((effect, before, before_count, after, after_count, low),) = home.query(
        "select effect_code, before_ratio, before_measured_count, after_ratio, after_measured_count,"
        f" difference_low_ratio from marts.rpt_rectification_effect where service_level_id = '{RESOLUTION}'"
    )
    assert (effect, before_count, after_count) == ("improved", 40, 33)
    assert (before, after) == (Decimal(27) / 40, 1)
    assert low > 0


def test_the_bad_suppliers_year_ends_with_the_proposal_to_terminate_and_so_it_was_decided(home: NightHome) -> None:
    assert _assessed(home, BAD_CONTRACT) == ("terminate", "terminate", True)
    ((reasons, reasons_zh, count),) = home.query(
        "select reasons, reasons_zh, reason_count from marts.rpt_supplier_assessment_annual"
        f" where contract_id = '{BAD_CONTRACT}' and assessment_year = 2025"
    )
    assert "below 60" in reasons and "低于60" in reasons_zh and count >= 1


def test_the_recovering_supplier_is_kept_under_conditions(home: NightHome) -> None:
    assert _assessed(home, SLIDING_CONTRACT) == ("adjust", "adjust", True)


def test_the_good_one_goes_on_and_ranks_before_nobody_worse(home: NightHome) -> None:
    assert _assessed(home, "C-2024-001-1") == ("renew", "renew", True)
    year = {supplier: _scores(home, supplier, "year")[date(2025, 1, 1)] for supplier in (GOOD, STEADY, SLIDING, BAD)}
    assert year[GOOD] > year[SLIDING] > year[BAD]
    assert year[STEADY] > year[SLIDING]


def test_a_supplier_of_one_to_three_tickets_a_month_is_not_judged(home: NightHome) -> None:
    cards = home.query(
        "select distinct status_code from marts.fct_supplier_period_scorecard"
        f" where supplier_id = '{TINY}' and period_kind_code = 'quarter' and is_period_complete and period_from >= '2025-10-01'"
    )
    assert cards == [("too_small",)]
    assert _assessed(home, TINY_CONTRACT) == ("not_judged", "renew", None)


def test_measures_of_the_bad_supplier_are_overdue(home: NightHome) -> None:
    states = home.query(f"select distinct state_code from marts.fct_rectification_plan where supplier_id = '{BAD}'")
    assert states == [("action_overdue",)]
    overdue = home.query("select supplier_id, count(*) from marts.rpt_corrective_action_followup group by 1")
    assert dict(overdue)[BAD] >= 2


def test_one_required_paper_has_expired_and_one_is_about_to(home: NightHome) -> None:
    states = home.query(
        "select supplier_id, qualification_code, status_code from marts.rpt_qualification_state where status_code <> 'valid'"
    )
    assert sorted(states) == [
        (SLIDING, "liability_insurance", "expiring"),
        (BAD, "iso_27001", "expired"),
    ]


def test_our_own_forgotten_duties_are_shown_as_such(home: NightHome) -> None:
    breaches = home.query("select supplier_id, obligation_kind_code from marts.rpt_governance_breach")
    assert {(CITY, "assessment"), (CITY, "review_meeting")} <= set(breaches)
    assert {supplier for supplier, _ in breaches} == {CITY}


def test_the_bad_supplier_owes_reports_and_trained_people(home: NightHome) -> None:
    missing = dict(
        home.query(
            "select supplier_id, count(*) from marts.fct_obligation where owed_by_code = 'supplier' and status_code = 'missing' group by 1"
        )
    )
    assert missing[BAD] >= 2
    assert GOOD not in missing


def test_the_tender_is_won_by_the_best_that_was_not_knocked_out(home: NightHome) -> None:
    candidates = {
        candidate: (status, rank)
        for candidate, status, rank in home.query(
            "select candidate_id, status_code, rank_number from marts.rpt_selection_evaluation"
        )
    }
    assert candidates == {
        "CAND-1": ("ranked", 1),
        "CAND-2": ("ranked", 2),
        "CAND-3": ("knocked_out", None),
        "CAND-4": ("incomplete", None),
    }


def test_complaints_follow_the_misses(home: NightHome) -> None:
    rates = dict(
        home.query(
            "select supplier_id, complaints_per_1000 from marts.rpt_complaint_rate"
            " where period_kind_code = 'quarter' and period_from = '2025-10-01'"
        )
    )
    assert min(rates[BAD], rates[SLIDING]) > max(rates[GOOD], rates[STEADY])


def test_a_second_answer_and_a_late_one_are_flagged_and_not_counted(home: NightHome) -> None:
    flagged = home.query(
        "select supplier_id, sum(duplicate_count), sum(late_count) from marts.fct_satisfaction_period"
        " where questionnaire_code = 'relationship_survey' and question_code = 'recommend' and period_kind_code = 'quarter'"
        " group by 1 having sum(duplicate_count) + sum(late_count) > 0"
    )
    by_supplier = {supplier: (int(duplicates), int(late)) for supplier, duplicates, late in flagged}
    assert by_supplier == {SLIDING: (2, 0), BAD: (0, 2)}


def test_the_only_supplier_that_stops_its_own_clock_is_the_bad_one(home: NightHome) -> None:
    gains = home.query(
        "select distinct supplier_id from marts.qc_pause_question where question_code = 'paused_by_party_that_gains'"
    )
    assert gains == [(BAD,)]
