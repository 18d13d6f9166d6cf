"""Lists the files of the company's year with its suppliers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from supplier_sla.sample.actors import actor_rows
from supplier_sla.sample.contracts import Contract
from supplier_sla.sample.governance import (
    assessments,
    complaints,
    disputes,
    duties,
    holding,
    notices,
    problems,
    qualifications,
    questionnaires,
    rectification,
    renewal,
    scorecards,
    selection,
)
from supplier_sla.sample.governance.timeline import Timeline
from supplier_sla.sample.noted_tickets import NotedTickets
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.suppliers import Supplier
from supplier_sla.sample.writer import CsvTable, SampleFile, contract_columns, write_register

Rows = Iterable[dict[str, str]]


def write_registers(
    directory: Path, options: SampleOptions, suppliers: tuple[Supplier, ...], contracts: tuple[Contract, ...]
) -> list[SampleFile]:
    """Write what does not depend on tickets.

    No `notice_responses`: their numbers are given when the letters go out.
    """
    timeline = Timeline(options)
    registers: tuple[tuple[str, Rows], ...] = (
        ("actors", actor_rows(options, suppliers)),
        ("holding_parties", holding.holding_party_rows(timeline)),
        ("questionnaires", questionnaires.questionnaire_rows(timeline)),
        ("notice_rules", notices.notice_rule_rows(timeline, contracts)),
        ("supplier_contacts", notices.supplier_contact_rows(timeline, suppliers)),
        ("score_bands", scorecards.score_band_rows(timeline)),
        ("scorecard_terms", scorecards.scorecard_term_rows(timeline)),
        ("standing_bands", scorecards.standing_band_rows(timeline)),
        ("scorecard_responses", scorecards.scorecard_response_rows(timeline, suppliers)),
        ("rectification_plans", rectification.plan_rows(timeline, contracts)),
        ("corrective_actions", rectification.action_rows(timeline, contracts)),
        ("dispute_terms", disputes.dispute_term_rows(timeline, contracts)),
        ("obligation_terms", duties.obligation_term_rows(timeline)),
        ("supplier_reports", duties.supplier_report_rows(timeline, suppliers)),
        ("review_meetings", duties.review_meeting_rows(timeline, suppliers)),
        ("trainings", duties.training_rows(timeline, suppliers)),
        ("assessments", assessments.assessment_rows(timeline, suppliers)),
        ("qualification_terms", qualifications.qualification_term_rows(timeline)),
        ("qualifications", qualifications.qualification_rows(timeline, suppliers)),
        ("selection_criteria", selection.selection_criterion_rows(timeline, suppliers)),
        ("selection_offers", selection.selection_offer_rows(timeline, suppliers)),
        ("renewal_terms", renewal.renewal_term_rows(timeline, contracts)),
        ("renewal_rules", renewal.renewal_rule_rows(timeline)),
        (
            "governance_decisions",
            chain(renewal.renewal_decision_rows(timeline, contracts), selection.award_rows(timeline, suppliers)),
        ),
        ("problems", problems.problem_rows(timeline)),
    )
    return [write_register(directory, entity, rows) for entity, rows in registers]


def write_papers(
    directory: Path,
    options: SampleOptions,
    suppliers: tuple[Supplier, ...],
    contracts: tuple[Contract, ...],
    noted: NotedTickets,
) -> list[SampleFile]:
    """Write what names tickets or answers: complaints, contacts, problems' tickets, decisions, surveys of suppliers."""
    timeline = Timeline(options)
    invitations, responses = questionnaires.survey_rows(timeline, suppliers)
    papers: tuple[tuple[str, Rows], ...] = (
        ("contacts", complaints.contact_rows(timeline, suppliers, noted)),
        ("complaints", complaints.complaint_rows(timeline, suppliers, noted)),
        ("problem_tickets", problems.problem_ticket_rows(timeline, noted)),
        ("decisions", disputes.decision_rows(timeline, contracts, noted)),
    )
    files = [write_register(directory, entity, rows, role="export") for entity, rows in papers]
    for entity, rows in (("survey_invitations", invitations), ("survey_responses", responses)):
        name = f"{entity}_relationship.csv"
        with CsvTable(directory / name, contract_columns(entity)) as table:
            for row in rows:
                table.write(row)
        files.append(SampleFile(name, entity, "export", table.rows))
    return files
