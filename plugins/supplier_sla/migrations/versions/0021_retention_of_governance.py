"""Personal values of governance may be emptied when they are old, too."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What became personal or new since 0010, in entities whose rows come to rest.
EMPTIED_COLUMNS = {
    "assessments": "assessed_by",
    "corrective_actions": "verified_by",
    "notice_responses": "responded_by, response_text, _extra",
    "problems": "title, description, impact_text, _extra",
    "rectification_plans": "plan_text, _extra",
    "review_meetings": "chaired_by, evidence, _extra",
    "scorecard_responses": "responded_by, reason, _extra",
    "selection_offers": "evaluated_by, finding_text, _extra",
    "survey_invitations": "respondent_id, _extra",
}


def upgrade() -> None:
    for entity, columns in EMPTIED_COLUMNS.items():
        op.execute(f"grant select, update ({columns}) on raw.{entity} to retention")
