"""What governance asks of entities that were there before: invitations, plans, ways of scoring."""

from supplier_sla.migrations.added_columns import add_columns

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NEW_COLUMNS = {
    "assessments": "contract_id finding_severity assessed_by",
    "complaints": "contact_source_system ticket_source_system state_code is_justified",
    "contacts": "ticket_source_system",
    "corrective_actions": "plan_id verified_by",
    "score_criteria": "filter_code normalisation_code minimum_sample",
    "survey_responses": "invitation_id respondent_id",
}

# The columns of the changed file contracts on the day of this migration, in their order.
HASHED_COLUMNS = {
    "assessments": (
        "assessment_id assessment_kind supplier_id contract_id assessed_date criterion_code weight score "
        "finding_severity assessed_by finding_text updated_at"
    ),
    "complaints": (
        "source_system complaint_id contact_source_system contact_id ticket_source_system ticket_id supplier_id "
        "complained_at category_code state_code is_justified complaint_text updated_at"
    ),
    "contacts": (
        "source_system contact_id ticket_source_system ticket_id contacted_at channel_code contact_text updated_at"
    ),
    "corrective_actions": (
        "corrective_action_id plan_id supplier_id service_level_id measure_text owner_name agreed_date due_date "
        "done_date verified_date verified_by updated_at"
    ),
    "score_criteria": (
        "criterion_id criterion_name criterion_name_zh measure_code metric_code filter_code normalisation_code "
        "supplier_category_code weight floor_value target_value minimum_sample valid_from valid_to updated_at"
    ),
    "survey_responses": (
        "source_system response_id questionnaire_code invitation_id question_code supplier_id ticket_source_system "
        "ticket_id respondent_id answered_at score scale_min scale_max comment updated_at"
    ),
}


def upgrade() -> None:
    for entity, names in NEW_COLUMNS.items():
        add_columns(entity, names, HASHED_COLUMNS[entity])
