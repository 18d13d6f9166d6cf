"""What docker-compose.yml, settings.env, .env.example and the Dockerfile say, as plain data for the tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE_FILE = REPOSITORY / "docker-compose.yml"
DOCKERFILE = REPOSITORY / "docker" / "Dockerfile"
SETTINGS_FILE = REPOSITORY / "settings.env"
ENVIRONMENT_EXAMPLE = REPOSITORY / ".env.example"

# ${NAME}, ${NAME:-default} and ${NAME:?message}; the file uses no other form.
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")
SETTING = re.compile(r"(?P<name>[A-Z][A-Z0-9_]*)=(?P<value>.*)")


class MalformedLine(ValueError):
    """A line of a KEY=VALUE file that Python and docker compose would not read alike."""


def read_settings(text: str) -> dict[str, str]:
    """KEY=VALUE lines; comments and empty lines are skipped.

    Raises:
        MalformedLine: anything else, a quote, a comment behind a value, blanks around it, or a key given twice.
    """
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        found = SETTING.fullmatch(line)
        value = found["value"] if found else ""
        if found is None or value != value.strip() or set(value) & set("\"'#$`\\") or found["name"] in values:
            raise MalformedLine(f"line {number}: expected one plain KEY=VALUE per key, found {line!r}")
        values[found["name"]] = value
    return values


def variables(text: str) -> dict[str, set[str | None]]:
    """Each `${NAME...}` of a text with its defaults (None for one that must be set)."""
    found: dict[str, set[str | None]] = {}
    for match in VARIABLE.finditer(text):
        found.setdefault(match["name"], set()).add(match["rest"] if match["kind"] == "-" else None)
    return found


def interpolated(text: str, values: dict[str, str]) -> str:
    """The text as docker compose would read it.

    Raises:
        KeyError: a variable that must be set is missing or empty.
    """

    def replacement(match: re.Match[str]) -> str:
        value = values.get(match["name"], "")
        if value:
            return value
        if match["kind"] == "-":
            return match["rest"]
        raise KeyError(match["name"])

    return VARIABLE.sub(replacement, text)


def services(text: str) -> dict[str, dict[str, Any]]:
    """The services of a compose file, anchors and merges resolved."""
    content = yaml.safe_load(text)
    return dict(content["services"])


def environment_of_image(dockerfile: str) -> dict[str, str]:
    """The variables that the image itself sets, one on each line of ENV."""
    return {
        found[1]: found[2] for found in re.finditer(r"^(?:ENV)?\s+([A-Z][A-Z0-9_]*)=(\S+)", dockerfile, re.MULTILINE)
    }


def copied_paths(dockerfile: str) -> list[str]:
    """Sources of the COPY instructions."""
    lines = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("COPY ")]
    return [source for sources in lines for source in sources if not source.startswith("--")]
