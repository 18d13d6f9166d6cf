"""settings.env and .env.example are read alike by Python and docker compose, and hold what they promise."""

from __future__ import annotations

import pytest

from .airflow_options import known_airflow_variables
from .compose_file import (
    COMPOSE_FILE,
    DOCKERFILE,
    ENVIRONMENT_EXAMPLE,
    SETTINGS_FILE,
    MalformedLine,
    environment_of_image,
    read_settings,
    services,
    variables,
)


@pytest.fixture(scope="module")
def known_variables(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return known_airflow_variables(tmp_path_factory.mktemp("airflow_home"))


def undocumented(compose: str, example: str) -> list[str]:
    """Variables that one of the two files has and the other has not, or with another default."""
    used, listed = variables(compose), read_settings(example)
    problems = [f"{name}: used in docker-compose.yml, missing in .env.example" for name in used.keys() - listed.keys()]
    problems += [f"{name}: in .env.example, used nowhere" for name in listed.keys() - used.keys()]
    for name in used.keys() & listed.keys():
        if used[name] != {listed[name] or None}:
            problems.append(f"{name}: .env.example says {listed[name]!r}, docker-compose.yml {used[name]}")
    return sorted(problems)


def unknown_airflow_variables(names: set[str], known: set[str]) -> list[str]:
    """Names that look like an Airflow setting and are none: Airflow would ignore them without a word."""
    return sorted(name for name in names if name.startswith("AIRFLOW__") and name not in known)


def secrets_in_example(example: str) -> list[str]:
    """Variables of .env.example that should be empty and are not."""
    words = ("PASSWORD", "SECRET", "KEY", "TOKEN")
    return [name for name, value in read_settings(example).items() if value and any(word in name for word in words)]


def test_settings_are_plain_lines_that_every_reader_understands() -> None:
    assert read_settings(SETTINGS_FILE.read_text(encoding="utf-8"))
    assert read_settings(ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("line", ['A="1"', "A=1 # why", "export A=1", "A = 1", "A=1 ", "A=$HOME", "A=1\nA=2"])
def test_a_line_read_differently_by_two_readers_is_refused(line: str) -> None:
    with pytest.raises(MalformedLine):
        read_settings(line)


def test_settings_hold_no_secret_and_no_address() -> None:
    settings = read_settings(SETTINGS_FILE.read_text(encoding="utf-8"))
    words = ("PASSWORD", "SECRET", "KEY", "URL", "CONN")
    assert [name for name in settings if any(word in name for word in words)] == []


def test_every_variable_of_the_compose_file_is_explained_and_no_other() -> None:
    compose = COMPOSE_FILE.read_text(encoding="utf-8")
    assert undocumented(compose, ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8")) == []


def test_an_unexplained_a_needless_and_a_differing_variable_are_found() -> None:
    assert undocumented("${MISSING:?set it} ${PORT:-80}", "NEEDLESS=1\nPORT=81\n") == [
        "MISSING: used in docker-compose.yml, missing in .env.example",
        "NEEDLESS: in .env.example, used nowhere",
        "PORT: .env.example says '81', docker-compose.yml {'80'}",
    ]


def test_every_line_of_the_example_is_explained_above_it() -> None:
    lines = ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8").splitlines()
    bare = [line for above, line in zip(["", *lines], lines, strict=False) if "=" in line and not above.startswith("#")]
    assert [line for line in bare if not line.startswith("#")] == []


def test_the_example_holds_no_secret() -> None:
    assert secrets_in_example(ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8")) == []


def test_a_secret_in_the_example_is_found() -> None:
    assert secrets_in_example("A_PASSWORD=hunter2\nB_SECRET=\nPORT=1\n") == ["A_PASSWORD"]


def test_every_airflow_setting_is_one_that_airflow_reads(known_variables: set[str]) -> None:
    names = set(read_settings(SETTINGS_FILE.read_text(encoding="utf-8")))
    for service in services(COMPOSE_FILE.read_text(encoding="utf-8")).values():
        names |= set(service.get("environment", {}))
    names |= set(environment_of_image(DOCKERFILE.read_text(encoding="utf-8")))
    assert unknown_airflow_variables(names, known_variables) == []


def test_a_misspelt_airflow_setting_is_found(known_variables: set[str]) -> None:
    misspelt = ["AIRFLOW__CORE__LOAD_EXAMPELS", "AIRFLOW__SCHEDULAR__NUM_RUNS"]
    names = {*misspelt, "AIRFLOW__CORE__LOAD_EXAMPLES", "OTHER"}
    assert unknown_airflow_variables(names, known_variables) == misspelt


def test_telemetry_is_off() -> None:
    settings = read_settings(SETTINGS_FILE.read_text(encoding="utf-8"))
    expected = {
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    assert {name: settings.get(name) for name in expected} == expected
