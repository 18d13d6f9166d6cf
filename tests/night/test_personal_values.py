"""Under the default, which keeps personal values, a night tells them to nobody but the readers of its tables."""

from __future__ import annotations

import pytest

from supplier_sla.landing.contract import load_contracts
from tests.night.conftest import SampleNight

pytestmark = pytest.mark.night

# Below the home: the files as delivered and the warehouse itself. All else is told: logs, pages, extracts, dbt's files.
NOT_TOLD = ("sample_landing/", "postgres/data/")


def test_no_personal_value_of_the_sample_is_in_extracts_logs_or_data_docs(sample_night: SampleNight) -> None:
    home = sample_night.home
    files = {str(path.relative_to(home.folder)): path for path in home.folder.rglob("*") if path.is_file()}
    told = {name: path.read_bytes() for name, path in files.items() if not name.startswith(NOT_TOLD)}
    told["what the command printed"] = (sample_night.first.output + sample_night.first.errors).encode()
    values = personal_values(sample_night)
    assert len(values) > 50
    for kind in ("outbox/", "data_docs/", "airflow/logs/"):
        assert [path for path in told if path.startswith(kind)], f"nothing was looked at in {kind}"
    found = {(path, value) for path, content in told.items() for value in values if value.encode() in content}
    assert found == set()


def personal_values(night: SampleNight) -> set[str]:
    """What stands in the personal columns of raw; a supplier that asked for something itself is no person."""
    suppliers = {name for (name,) in night.home.query("select supplier_name from raw.suppliers", admin=True)}
    found = {
        value
        for entity, contract in load_contracts().items()
        for column in contract.personal_columns
        for (value,) in night.home.query(
            f"select distinct {column.name} from raw.{entity} where {column.name} is not null", admin=True
        )
    }
    return found - suppliers
