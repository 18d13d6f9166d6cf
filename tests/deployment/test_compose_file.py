"""What can be known about docker-compose.yml and the Dockerfile without a Docker engine."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from supplier_sla.settings import Settings

from .airflow_options import airflow_accepts
from .compose_file import (
    COMPOSE_FILE,
    DOCKERFILE,
    ENVIRONMENT_EXAMPLE,
    REPOSITORY,
    SETTINGS_FILE,
    copied_paths,
    environment_of_image,
    interpolated,
    read_settings,
    services,
    variables,
)

Services = dict[str, dict[str, Any]]

AIRFLOW_SERVICES = ("api-server", "scheduler", "dag-processor", "triggerer")
DAG_SERVICES = ("scheduler", "dag-processor")
SCRIPT_SUFFIXES = (".sh", ".py")
SECRET_NAME = re.compile("PASSWORD|SECRET|KEY")
PASSWORD_IN_ADDRESS = re.compile(r"://[^:/@]+:(?!\$\{)[^@/]+@")


@pytest.fixture(scope="module")
def compose() -> Services:
    return services(COMPOSE_FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def filled_in() -> Services:
    """The services with every variable of .env.example filled in; a secret is its own name."""
    example = read_settings(ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8"))
    values = {name: value or f"secret-{name}" for name, value in example.items()}
    return services(interpolated(COMPOSE_FILE.read_text(encoding="utf-8"), values))


def broken_references(compose: Services) -> list[str]:
    """depends_on that names no service, or waits for what the other cannot reach."""
    problems = []
    for name, service in compose.items():
        for other, wait in service.get("depends_on", {}).items():
            if other not in compose:
                problems.append(f"{name} depends on {other}, which is no service")
            elif wait["condition"] not in ("service_healthy", "service_completed_successfully"):
                problems.append(f"{name} waits for {other} to be {wait['condition']}, which compose does not know")
            elif wait["condition"] == "service_healthy" and "healthcheck" not in compose[other]:
                problems.append(f"{name} waits for the health of {other}, which has no health check")
            elif wait["condition"] == "service_completed_successfully" and compose[other].get("restart") != "no":
                problems.append(f"{name} waits for the end of {other}, which is restarted for ever")
    return problems


def holders_of(compose: Services, words: tuple[str, ...]) -> set[str]:
    """Services with an environment variable whose name or value contains one of the words."""
    return {
        name
        for name, service in compose.items()
        for variable, value in service.get("environment", {}).items()
        if any(word in f"{variable}={value}" for word in words)
    }


def literal_secrets(compose: Services) -> list[str]:
    """Variables that hold a password, alone or inside an address, instead of taking it from the environment."""
    problems = []
    for name, service in compose.items():
        for variable, value in service.get("environment", {}).items():
            is_secret = SECRET_NAME.search(variable) and not variable.endswith("_FILE")
            if (is_secret and not str(value).startswith("${")) or PASSWORD_IN_ADDRESS.search(str(value)):
                problems.append(f"{name}.{variable}")
    return problems


def volume_sources(compose: Services) -> set[str]:
    """Left sides of the volumes, variables replaced by their defaults."""
    entries = [entry for service in compose.values() for entry in service.get("volumes", [])]
    return {interpolated(entry, {}).split(":")[0] for entry in entries}


def test_every_dependency_is_a_service_that_can_fulfil_it(compose: Services) -> None:
    assert broken_references(compose) == []


def test_a_dependency_on_nothing_is_found() -> None:
    offender: Services = {
        "a": {"depends_on": {"ghost": {"condition": "service_healthy"}, "b": {"condition": "service_healthy"}}},
        "c": {"depends_on": {"a": {"condition": "service_done"}}},
        "b": {"depends_on": {"a": {"condition": "service_completed_successfully"}}},
    }
    assert broken_references(offender) == [
        "a depends on ghost, which is no service",
        "a waits for the health of b, which has no health check",
        "c waits for a to be service_done, which compose does not know",
        "b waits for the end of a, which is restarted for ever",
    ]


def test_every_service_starts_again_and_is_watched_except_the_one_shot(compose: Services) -> None:
    assert {name for name, service in compose.items() if service["restart"] == "no"} == {"migrate"}
    assert {name for name, service in compose.items() if "healthcheck" not in service} == {"migrate"}


def test_only_the_database_and_the_migration_know_the_administrator(compose: Services) -> None:
    assert holders_of(compose, ("ADMIN_URL", "POSTGRES_PASSWORD", "sla_admin")) == {"postgres", "migrate"}
    assert holders_of(compose, ("SUPPLIER_SLA_ADMIN_URL=",)) == {"migrate"}


def test_an_administrator_address_elsewhere_is_found() -> None:
    offender: Services = {
        "scheduler": {"environment": {"X": "postgresql://sla_admin:${POSTGRES_PASSWORD:?}@postgres/warehouse"}}
    }
    assert holders_of(offender, ("sla_admin",)) == {"scheduler"}


def test_services_that_run_or_read_dags_get_the_three_roles_and_the_others_none(compose: Services) -> None:
    # migrate reads the dbt project once, for the manifest.
    assert holders_of(compose, ("_LOADER_URL", "_TRANSFORMER_URL", "_BI_READER_URL")) == {*DAG_SERVICES, "migrate"}


def test_the_settings_that_the_package_asks_for_are_set(filled_in: Services) -> None:
    image = environment_of_image(DOCKERFILE.read_text(encoding="utf-8"))
    for name in DAG_SERVICES:
        settings = Settings.from_environment({**image, **filled_in[name]["environment"]})
        assert settings.loader_url == "postgresql://loader:secret-SUPPLIER_SLA_LOADER_PASSWORD@postgres:5432/warehouse"
        assert settings.landing == Path("/var/lib/supplier-sla/landing")


def test_no_secret_is_written_down(compose: Services) -> None:
    assert literal_secrets(compose) == []


def test_a_written_down_secret_is_found() -> None:
    values = {"X_PASSWORD": "hunter2", "Y_URL": "postgresql://u:p@h/d", "Z_KEY": "${Z:?}"}
    offender: Services = {"a": {"environment": values}}
    assert literal_secrets(offender) == ["a.X_PASSWORD", "a.Y_URL"]


def test_a_missing_secret_stops_the_start() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    secrets = [name for name, defaults in variables(text).items() if defaults == {None}]
    assert len(secrets) >= 9
    for missing in secrets:
        with pytest.raises(KeyError, match=missing):
            interpolated(text, {name: "x" for name in secrets if name != missing})


def test_ports_are_open_to_this_machine_only_unless_told_otherwise(compose: Services) -> None:
    ports = [port for service in compose.values() for port in service.get("ports", [])]
    assert sorted(interpolated(port, {}) for port in ports) == ["127.0.0.1:5432:5432", "127.0.0.1:8080:8080"]


def test_tasks_report_to_the_api_server_by_its_name_in_the_network(compose: Services) -> None:
    for name, service in compose.items():
        if name != "postgres":
            assert (
                service["environment"]["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://api-server:8080/execution/"
            )
    assert compose["api-server"]["command"][-4:] == ["--host", "0.0.0.0", "--port", "8080"]


def test_the_common_settings_reach_every_airflow_service(compose: Services) -> None:
    without = {name for name, service in compose.items() if "settings.env" not in service.get("env_file", [])}
    assert without == {"postgres"}
    common = read_settings(SETTINGS_FILE.read_text(encoding="utf-8"))
    again = {key for service in compose.values() for key in service.get("environment", {}) if key in common}
    assert again == set(), "a setting of settings.env must not be set a second time"


def test_every_named_volume_is_declared_and_used(compose: Services) -> None:
    import yaml

    declared = set(yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))["volumes"])
    assert volume_sources(compose) == declared


def test_everything_copied_or_run_exists_in_the_repository(compose: Services) -> None:
    ours = [service for service in compose.values() if "build" in service]
    copied = copied_paths(DOCKERFILE.read_text(encoding="utf-8"))
    paths = {*copied, ours[0]["build"]["dockerfile"], *ours[0]["env_file"]}
    for service in ours:
        words = [*service["command"], *service.get("healthcheck", {}).get("test", [])]
        paths |= {word for word in words if word.endswith(SCRIPT_SUFFIXES)}
    assert [path for path in sorted(paths) if not (REPOSITORY / path).exists()] == []


def test_the_build_context_lets_through_what_is_copied_and_nothing_else() -> None:
    ignore = (DOCKERFILE.parent / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignore[1] == "*"
    let_through = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert let_through == set(copied_paths(DOCKERFILE.read_text(encoding="utf-8")))


def test_the_image_installs_the_locked_packages_and_runs_as_nobody_special() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in text
    assert "--no-deps" in text
    assert text.rstrip().splitlines()[-1] == "USER 10001:10001"


def airflow_commands(compose: Services) -> list[list[str]]:
    """Every `airflow ...` of a command, a health check or a script behind a command, without the word airflow."""
    lines = [service[key] for service in compose.values() for key in ("command",) if key in service]
    lines += [service["healthcheck"]["test"][1:] for service in compose.values() if "healthcheck" in service]
    for script in sorted((REPOSITORY / "docker").glob("*.sh")):
        text = script.read_text(encoding="utf-8").replace('"$@"', "").replace("exec ", "")
        lines += [line.split() for line in text.splitlines()]
    unique = {tuple(line[1:]) for line in lines if line and line[0] == "airflow"}
    return [list(line) for line in sorted(unique)]


def test_every_airflow_command_exists_with_its_options(compose: Services, tmp_path: Path) -> None:
    commands = airflow_commands(compose)
    assert {command[0] for command in commands} == {*AIRFLOW_SERVICES, "jobs", "db"}
    # The health checks differ in their last words only: ask once for each sub-command and set of options.
    asked = {(command[0], tuple(word for word in command if word.startswith("--"))): command for command in commands}
    answers = [airflow_accepts(command, tmp_path) for command in asked.values()]
    assert [message for accepted, message in answers if not accepted] == []


@pytest.mark.parametrize("command", [["web-server"], ["scheduler", "--skip-serving-logs"]])
def test_an_airflow_command_or_option_that_does_not_exist_is_found(command: list[str], tmp_path: Path) -> None:
    assert not airflow_accepts(command, tmp_path)[0]


@pytest.mark.parametrize("script", sorted((REPOSITORY / "docker").glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_valid_bash_that_stops_at_the_first_error(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True, timeout=20)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")


def test_docker_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("no docker compose client on this machine (it needs no engine for this check)")
    example = read_settings(ENVIRONMENT_EXAMPLE.read_text(encoding="utf-8"))
    answer = subprocess.run(
        [docker, "compose", "--file", str(COMPOSE_FILE), "--env-file", os.devnull, "config", "--format", "json"],
        env={**os.environ, **{name: value or "secret" for name, value in example.items()}},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert set(json.loads(answer.stdout)["services"]) == set(services(COMPOSE_FILE.read_text(encoding="utf-8")))
