"""Columns of the files that people read: lines with their arithmetic, missed tickets behind them, their clocks."""

from __future__ import annotations

from supplier_sla.extracts.layouts.layout import Column


def _columns(kind: bool, meanings: dict[str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, meaning, is_text=kind) for name, meaning in meanings.items())


def _text(**meanings: str) -> tuple[Column, ...]:
    return _columns(True, meanings)


def _number(**meanings: str) -> tuple[Column, ...]:
    return _columns(False, meanings)


# New columns go to the end: people have told their tools where the old ones are.
PENALTY_COLUMNS: tuple[Column, ...] = (
    *_number(extract_number="Number of the extract.", line_number="Ledger line; answers of finance name it."),
    *_text(line_kind="initial, adjustment, earn_back, dispute or waiver."),
    *_number(corrects_line_number="The key's initial line, of every other line."),
    *_text(
        accounting_period="First day of the accounting period in which the ledger posted the line.",
        supplier_id="Supplier.",
        supplier_name="Its name.",
        supplier_name_zh="Its name in Chinese.",
        contract_id="Contract.",
        contract_name="Its name.",
        penalty_term_id="Penalty clause.",
        clause="Clause of the contract.",
        service_level_id="Service level.",
        period_month="First day of the month in which the penalty counts.",
        currency_code="Currency, ISO 4217.",
    ),
    *_number(
        amount="What to book. Positive: money back from the supplier; with sign penalty_negative the other way round.",
        owed_amount="Owed for contract, clause and month after this line, by the knowledge of then.",
    ),
    *_text(penalty_kind="Form of the penalty."),
    *_number(
        breached_count="Missed tickets of the period.",
        measured_count="Measured ones.",
        attainment_ratio="Attained of measured, 0 to 1.",
        band_from="Lower bound of the band that applied.",
        band_to="Upper bound of the band that applied.",
        unit_amount="Rate in money.",
        fee_ratio="Rate as share of the fee, 0 to 1.",
        fee_amount="Fee that the share refers to.",
        gross_amount="Before the caps.",
        cap_amount="Cap that took most away.",
    ),
    *_text(cap_clause="Clause of that cap."),
    *_number(
        gross_before_amount="What the clauses before this one came to under the same cap.",
        cap_reduction_amount="What caps took away.",
    ),
    *_text(
        tax_treatment_code="How finance treats the amount for tax.",
        cost_centre="Cost centre.",
        gl_account="General ledger account.",
        as_of="Instant for which the night was computed that posted the line.",
        line_hash="Hash of the ledger line; it chains all lines before it.",
        booking_period="First day of the accounting period that was open at the hand-over: book it there.",
        vendor_number="The supplier's number in accounts payable.",
        vendor_site_code="The supplier's site there.",
        contract_name_zh="The contract's name in Chinese.",
    ),
    *_number(attempt_number="1; from 2 on the line goes out again after finance rejected it."),
    *_text(
        period_from="First month of the assessed period.",
        pool_code="Pool of at-risk amounts or table of points.",
    ),
    *_number(
        excused_count="Excused tickets, in no count.",
        attainment_target="Target of the level.",
    ),
    *_text(is_failed="Whether the clause applies."),
    *_number(
        consecutive_failures="Failed periods in a row up to this one.",
        unit_count="What the rate is multiplied with.",
        allocation_ratio="Share of the at-risk amount.",
        multiplier="Factor for repeated failure.",
        assessed_amount="Rate times base times units, exact. This and the next six are the steps of the arithmetic.",
        multiplied_amount="After the multiplier and a minimum to raise to.",
        after_level_cap_amount="After the cap of the level.",
        after_pool_cap_amount="After the cap of the pool.",
        after_monthly_cap_amount="After the monthly cap.",
        after_yearly_cap_amount="After the cap of the contract year.",
        after_minimum_amount="After the minimum below which nothing is charged.",
        penalty_amount="Rounded: what the clause says.",
        earn_back_amount="Given back for good months that followed.",
        dispute_reduction_amount="Taken back by rulings on disputes.",
        waiver_amount="Waived.",
    ),
)

BREACH_COLUMNS: tuple[Column, ...] = (
    *_number(
        extract_number="Number of the extract.",
        line_number="Ledger line.",
        evidence_number="1, 2, 3 within the line.",
    ),
    *_text(
        contract_id="Contract.",
        penalty_term_id="Penalty clause.",
        period_month="Month in which the penalty counts.",
        source_system="Tool the ticket lives in.",
        ticket_id="Number of the ticket there.",
        work_centre_id="Work centre.",
        service_level_id="Service level.",
        priority_applied_code="Priority whose target applied.",
    ),
    *_number(
        target_seconds="Promised.",
        elapsed_seconds="Taken, on the level's own clock.",
        overdue_seconds="Late.",
    ),
    *_text(
        started_at="Start of the clock (UTC).",
        breached_at="When the promise was broken.",
        stopped_at="End of the clock; empty while it runs.",
        status_code="Status of the measurement.",
        _source_file="Delivered file of the ticket.",
    ),
    *_number(
        _source_row_number="Line of that file; the header is line 1.",
        borne_share="Share of the miss that the supplier bears, 0 to 1.",
        unit_count="Units of the ticket: misses or units of time.",
        uncapped_amount="What it would come to without the cap of a ticket.",
        amount="What the ticket comes to by itself.",
    ),
    *_text(
        is_relieved="Whether small-volume relief makes it free.",
    ),
)

# Without the names of people: who did what is in the dossier, which not everybody who books may read.
STRETCH_COLUMNS: tuple[Column, ...] = (
    *_number(
        extract_number="Number of the extract.",
        line_number="Ledger line.",
        evidence_number="The missed ticket in the breach extract.",
        stretch_number="1, 2, 3 within the ticket.",
    ),
    *_text(
        source_system="Tool the ticket lives in.",
        ticket_id="Number of the ticket there.",
        service_level_id="Service level.",
        from_at="Start of the stretch (UTC), included.",
        to_at="End, excluded.",
        clock_state_code="running, paused, excluded, stopped or cancelled.",
        is_open="Whether the calendar was open.",
    ),
    *_number(counted_seconds="Seconds counted; they add up to elapsed_seconds of the breach extract."),
    *_text(
        calendar_id="Calendar that counted.",
        day_exception_code="Kind of exception of the calendar on that day.",
        state_code="State of the ticket.",
        reason_code="Reason given for it.",
        event_type="Event that put it there.",
        event_at="When (UTC).",
        exclusion_id="Exclusion that keeps the time out.",
        exclusion_reason_code="Its reason.",
        holder_supplier_id="Supplier that held the ticket.",
        priority_applied_code="Priority whose target applied.",
        _source_file="Delivered file of the event.",
    ),
    *_number(_source_row_number="Line of that file; the header is line 1."),
)
