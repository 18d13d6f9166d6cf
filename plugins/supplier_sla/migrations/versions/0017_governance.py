"""Supplier governance: questionnaires, notices, scorecards, plans, duties, renewals, tenders, problems as entities."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Entities that are new, with the columns of their file contracts on the day of this migration.
NEW_ENTITIES = {
    "actors": "actor_id party_code supplier_id valid_from valid_to",
    "dispute_terms": (
        "contract_id clause raise_within_working_days answer_within_working_days calendar_id valid_from valid_to"
    ),
    "governance_decisions": (
        "decision_id decision_kind contract_id assessment_year selection_id candidate_id decision_code decided_by "
        "decided_at evidence reason"
    ),
    "holding_parties": "contract_id state_code reason_code party_code clause valid_from valid_to",
    "notice_responses": "notice_number response_kind responded_at responded_by response_text",
    "notice_rules": (
        "notice_rule_id contract_id service_level_id clause notice_kind trigger_code threshold escalates_rule_id "
        "answer_within_days plan_within_days quiet_hours quiet_calendar_id copy_to_email valid_from valid_to"
    ),
    "obligation_terms": (
        "obligation_id contract_id clause owed_by obligation_kind subject_code period_months due_days target_ratio "
        "valid_from valid_to"
    ),
    "problem_tickets": "source_system problem_id ticket_source_system ticket_id",
    "problems": (
        "source_system problem_id title description supplier_id contract_id service_code severity_code state_code "
        "started_at detected_at ended_at affected_user_count impact_text"
    ),
    "qualification_terms": (
        "qualification_code supplier_category_code qualification_name qualification_name_zh qualification_kind "
        "is_required warn_days clause valid_from valid_to"
    ),
    "questionnaires": (
        "questionnaire_code question_code questionnaire_name questionnaire_name_zh questionnaire_kind "
        "question_text question_text_zh question_kind is_reversed top_box_from promoter_from detractor_to "
        "target_ratio minimum_sample answer_within_days valid_from valid_to"
    ),
    "rectification_plans": (
        "plan_id supplier_id contract_id service_level_id cause_from_month cause_to_month notice_number "
        "requested_date due_date handed_in_date agreed_date effect_months plan_text"
    ),
    "renewal_rules": (
        "renewal_rule_id supplier_category_code condition_code threshold score_limit proposal_code reason_text "
        "reason_text_zh valid_from valid_to"
    ),
    "renewal_terms": (
        "contract_id clause term_ends_on renews_for_months notice_days notice_basis calendar_id valid_from valid_to"
    ),
    "review_meetings": "meeting_id supplier_id contract_id period_month planned_date held_date chaired_by evidence",
    "score_bands": "criterion_id supplier_category_code value_from value_to score valid_from valid_to",
    "scorecard_responses": (
        "supplier_id period_kind period_from response_kind criterion_id responded_at responded_by reason"
    ),
    "scorecard_terms": (
        "period_kind supplier_category_code combine_policy month_weight_ratio minimum_case_count "
        "publish_after_days valid_from valid_to"
    ),
    "selection_criteria": (
        "selection_id criterion_code criterion_name criterion_name_zh weight scoring_code floor_value target_value "
        "minimum_score"
    ),
    "selection_offers": (
        "selection_id candidate_id candidate_name criterion_code value evaluated_date evaluated_by finding_text"
    ),
    "standing_bands": (
        "band_code supplier_category_code band_name band_name_zh score_from score_to consequence_code valid_from "
        "valid_to"
    ),
    "supplier_contacts": "supplier_id role_code contact_name email time_zone valid_from valid_to",
    "survey_invitations": (
        "source_system invitation_id questionnaire_code supplier_id ticket_source_system ticket_id respondent_id "
        "sent_at"
    ),
}

GRANTS = """
create schema governance;
comment on schema governance is 'What was sent to suppliers and what was published of them: append-only.';
grant usage on schema governance to transformer;
"""


def upgrade() -> None:
    for entity, names in NEW_ENTITIES.items():
        columns = names.split()
        column_list = ", ".join(f"{column} text" for column in _raw_columns(columns))
        op.execute(
            f"create table raw.{entity} ({column_list}, _extra jsonb, _delivery_id bigint not null,"
            " _line bigint not null, _version_at timestamptz, _row_hash uuid not null)"
        )
        op.execute(f"create index on raw.{entity} ({_looked_up(entity, columns)})")
        op.execute(f"create index on raw.{entity} (_delivery_id)")
        op.execute(f"grant select, insert on raw.{entity} to loader")
        op.execute(f"grant select on raw.{entity} to transformer")
    op.execute(GRANTS)


def _raw_columns(columns: list[str]) -> list[str]:
    ticket_key = ["ticket_key"] if {"source_system", "ticket_id"} <= set(columns) else []
    return [*columns, "updated_at", *ticket_key]


def _looked_up(entity: str, columns: list[str]) -> str:
    if entity == "problem_tickets":
        return "ticket_key"
    return next(column for column in columns if column != "source_system")
