"""Every form of penalty as rows; decisions, windows, levels and payables data that go with them."""

from supplier_sla.migrations.added_columns import add_columns

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW_COLUMNS = {
    "contracts": ("year_starts_on approval_policy objection_working_days objection_calendar_id claim_within_days"),
    "decisions": ("answers_decision_id requested_by evidence"),
    "exclusions": ("window_effect"),
    "finance_acknowledgements": ("receiver_code amount"),
    "penalty_terms": (
        "fee_months allocation_ratio pool_code points points_from points_to point_size late_unit_minutes "
        "unit_rounding ticket_cap_amount period_months window_months failures_needed failure_months "
        "failure_unit repeat_multiplier repeat_growth repeat_maximum small_volume_below "
        "small_volume_policy minimum_amount minimum_policy applies_to_term_id right_basis notice_days "
        "notice_basis rounding_place"
    ),
    "service_levels": ("measure_kind question_code survey_measure top_box_from target_direction"),
    "suppliers": ("vendor_number vendor_site_code"),
}

# The columns of the file contracts on the day of this migration, in their order, which is that of the hash.
HASHED_COLUMNS = {
    "contracts": (
        "contract_id contract_name contract_name_zh supplier_id currency_code time_zone year_starts_on "
        "approval_policy objection_working_days objection_calendar_id claim_within_days valid_from "
        "valid_to updated_at"
    ),
    "decisions": (
        "decision_id decision_kind contract_id penalty_term_id period_month source_system ticket_id "
        "outcome_code amount decided_by decided_at answers_decision_id requested_by evidence reason "
        "updated_at"
    ),
    "exclusions": (
        "exclusion_id reason_code contract_id service_level_id source_system ticket_id excluded_from "
        "excluded_to window_effect requested_by approved_by decided_at evidence updated_at"
    ),
    "finance_acknowledgements": (
        "extract_number receiver_code line_number status_code document_number amount reason acknowledged_at updated_at"
    ),
    "penalty_terms": (
        "penalty_term_id contract_id service_level_id clause penalty_kind amount fee_ratio fee_basis "
        "fee_months allocation_ratio pool_code attainment_from attainment_to points points_from points_to "
        "point_size late_unit_minutes unit_rounding ticket_cap_amount period_months window_months "
        "failures_needed failure_months failure_unit repeat_multiplier repeat_growth repeat_maximum "
        "small_volume_below small_volume_policy minimum_amount minimum_policy applies_to_term_id "
        "right_basis notice_days notice_basis rounding_digits rounding_place tax_treatment_code "
        "cost_centre gl_account valid_from valid_to updated_at"
    ),
    "service_levels": (
        "service_level_id contract_id clause service_level_name service_level_name_zh metric_code "
        "service_code ticket_type_code category_code priority_code start_event stop_event pause_states "
        "pause_reasons count_from reopen_policy priority_change_policy handover_policy target_unit "
        "target_value calendar_id attainment_target minimum_sample measure_kind question_code "
        "survey_measure top_box_from target_direction period_basis valid_from valid_to updated_at"
    ),
    "suppliers": (
        "supplier_id supplier_name supplier_name_zh category_code country_code language_code "
        "vendor_number vendor_site_code valid_from valid_to updated_at"
    ),
}


def upgrade() -> None:
    for entity, names in NEW_COLUMNS.items():
        add_columns(entity, names, HASHED_COLUMNS[entity])
