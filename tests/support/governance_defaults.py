"""What a case of supplier governance need not say: it is about supplier S1 of category `it` and its contract C1."""

from __future__ import annotations

from tests.support.register import Row

_OPEN = {"valid_from": "2020-01-01"}
_OF_SUPPLIER = {"supplier_id": "S1"}
_OF_CATEGORY = {"supplier_category_code": "it", **_OPEN}
_OF_CONTRACT = {"contract_id": "C1", **_OPEN}

GOVERNANCE_DEFAULTS: dict[str, Row] = {
    "actors": _OPEN,
    "assessments": {**_OF_SUPPLIER, "assessment_kind": "quarterly", "criterion_code": "overall"},
    "complaints": {},
    "contacts": {},
    "corrective_actions": {**_OF_SUPPLIER, "measure_text": "a second shift"},
    "dispute_terms": _OF_CONTRACT,
    "governance_decisions": {"decision_kind": "renewal", "decided_by": "board", "contract_id": "C1"},
    "holding_parties": _OF_CONTRACT,
    "notice_responses": {"response_kind": "answered"},
    "notice_rules": _OF_CONTRACT,
    "obligation_terms": {**_OF_CONTRACT, "owed_by": "customer"},
    "problem_tickets": {},
    "problems": {**_OF_SUPPLIER, "state_code": "open"},
    "qualification_terms": {**_OF_CATEGORY, "is_required": "true"},
    "qualifications": {**_OF_SUPPLIER, "valid_from": "2025-01-01"},
    "questionnaires": {"question_code": "overall", **_OPEN},
    "rectification_plans": {**_OF_SUPPLIER, "contract_id": "C1"},
    "renewal_rules": _OF_CATEGORY,
    "renewal_terms": _OF_CONTRACT,
    "review_meetings": _OF_SUPPLIER,
    "score_bands": _OF_CATEGORY,
    "score_criteria": {"weight": "100", **_OF_CATEGORY},
    "scorecard_responses": _OF_SUPPLIER,
    "scorecard_terms": {"period_kind": "month", **_OF_CATEGORY},
    "selection_criteria": {"selection_id": "T1", "scoring_code": "given_score"},
    "selection_offers": {"selection_id": "T1"},
    "standing_bands": _OF_CATEGORY,
    "supplier_contacts": {**_OF_SUPPLIER, "role_code": "notices", **_OPEN},
    "supplier_reports": _OF_SUPPLIER,
    "survey_invitations": _OF_SUPPLIER,
    "trainings": {**_OF_SUPPLIER, "training_code": "safety"},
}
