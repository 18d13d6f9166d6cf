"""Settings come from the environment and go back into one, and never show a password."""

from __future__ import annotations

import pytest

from supplier_sla.dbt_runs import address_variables, slot_variables
from supplier_sla.settings import SettingMissing, Settings

ENVIRONMENT = {
    "SUPPLIER_SLA_HOME": "/home",
    "SUPPLIER_SLA_LANDING": "/landing",
    "SUPPLIER_SLA_OUTBOX": "/outbox",
    "SUPPLIER_SLA_LOADER_URL": "postgresql://loader:s3cret@h/d",
    "SUPPLIER_SLA_TRANSFORMER_URL": "postgresql://transformer:s3cret%3A%40@h:5433/d?sslmode=require",
    "SUPPLIER_SLA_BI_READER_URL": "postgresql://bi_reader:s3cret@h/d",
}


def test_settings_survive_the_way_through_the_environment() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    assert settings.as_environment() == ENVIRONMENT
    assert Settings.from_environment(settings.as_environment()) == settings


@pytest.mark.parametrize("name", ENVIRONMENT)
@pytest.mark.parametrize("value", [None, ""])
def test_a_setting_that_is_missing_or_empty_is_named(name: str, value: str | None) -> None:
    environment = {key: text for key, text in {**ENVIRONMENT, name: value}.items() if text is not None}
    with pytest.raises(SettingMissing, match=f"{name};.*next:"):
        Settings.from_environment(environment)


def test_settings_show_no_password() -> None:
    assert "s3cret" not in repr(Settings.from_environment(ENVIRONMENT))
    assert "/landing" in repr(Settings.from_environment(ENVIRONMENT))


def test_dbt_gets_the_address_in_parts() -> None:
    assert address_variables(ENVIRONMENT["SUPPLIER_SLA_TRANSFORMER_URL"]) == {
        "SUPPLIER_SLA_DBT_HOST": "h",
        "SUPPLIER_SLA_DBT_PORT": "5433",
        "SUPPLIER_SLA_DBT_USER": "transformer",
        "SUPPLIER_SLA_DBT_PASSWORD": "s3cret:@",
        "SUPPLIER_SLA_DBT_DATABASE": "d",
        "SUPPLIER_SLA_DBT_SSLMODE": "require",
    }


def test_each_slot_has_a_target_folder_of_its_own_and_no_password_among_its_variables() -> None:
    settings = Settings.from_environment(ENVIRONMENT)
    blue, green = (slot_variables(settings, slot) for slot in ("marts_blue", "marts_green"))
    assert blue == {
        "SUPPLIER_SLA_SLOT": "marts_blue",
        "DBT_TARGET_PATH": str(settings.home / "dbt" / "marts_blue"),
        "DBT_LOG_PATH": str(settings.home / "dbt" / "marts_blue" / "logs"),
    }
    assert not set(blue.values()) & set(green.values())
