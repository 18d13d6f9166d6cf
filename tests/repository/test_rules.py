"""Every rule holds for this repository, and every rule finds its offender."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from . import rules

REPOSITORY = Path(__file__).resolve().parents[2]

Rule = Callable[[Path], list[str]]

ALL_RULES: list[Rule] = [
    rules.clocks_in_sql,
    rules.models_without_grain,
    rules.undocumented_marts,
    rules.models_without_file,
    rules.dags_named_otherwise,
    rules.addresses_in_lock_files,
    rules.machine_paths,
    rules.dead_links,
    rules.unusable_scripts,
    rules.modules_that_airflow_would_import,
]

MODEL = "dbt_project/models/staging/stg_a.sql"
MART = "dbt_project/models/marts/core/dim_a.sql"
MART_YAML = "dbt_project/models/marts/core/_core.yml"
FOLDER = "wo" + "rk"

# rule, the files of a small tree, and what the rule must say about it
OFFENDERS: dict[str, tuple[Rule, dict[str, str], list[str]]] = {
    "a_call_of_now": (rules.clocks_in_sql, {MODEL: "-- Grain: one row per a\nselect now ()"}, [f"{MODEL}:2: now ("]),
    "today_in_a_macro": (
        rules.clocks_in_sql,
        {"dbt_project/macros/m.sql": "{% macro m() %}\nCURRENT_DATE {% endmacro %}"},
        ["dbt_project/macros/m.sql:2: CURRENT_DATE"],
    ),
    "today_as_text_in_a_test": (
        rules.clocks_in_sql,
        {"dbt_project/tests/assert_a.sql": "select 'today'::date"},
        ["dbt_project/tests/assert_a.sql:1: 'today'"],
    ),
    "the_start_of_the_run_as_a_clock": (
        rules.clocks_in_sql,
        {MODEL: "{{ run_started_at }}"},
        [f"{MODEL}:1: run_started_at"],
    ),
    "a_model_without_grain": (
        rules.models_without_grain,
        {MODEL: "{{ config() }}\n-- Grain: one row per a\nselect 1"},
        [f"{MODEL}:1: expected '-- Grain: one row per ...', found '{{{{ config() }}}}'"],
    ),
    "an_empty_model": (
        rules.models_without_grain,
        {MODEL: ""},
        [f"{MODEL}:1: expected '-- Grain: one row per ...', found ''"],
    ),
    "a_mart_without_entry": (
        rules.undocumented_marts,
        {MART: "", MART_YAML: "models: []"},
        ["dim_a: in no YAML file of its folder"],
    ),
    "a_mart_without_grain_and_columns": (
        rules.undocumented_marts,
        {MART: "", MART_YAML: "models: [{name: dim_a, description: Suppliers.}]"},
        ["dim_a: its description does not begin with 'One row ...'", "dim_a: no columns"],
    ),
    "a_column_without_type_and_meaning": (
        rules.undocumented_marts,
        {MART: "", MART_YAML: "models: [{name: dim_a, description: One row., columns: [{name: b}]}]"},
        ["dim_a.b: no data_type", "dim_a.b: no description"],
    ),
    "a_described_model_without_file": (
        rules.models_without_file,
        {MART_YAML: "models: [{name: dim_b}]", MART: ""},
        [f"{MART_YAML}: dim_b has no file dim_b.sql"],
    ),
    "a_dag_with_another_id": (
        rules.dags_named_otherwise,
        {"dags/load_files.py": "@dag(dag_id='load_exports')\ndef load_files(): pass"},
        ["dags/load_files.py: expected the one DAG load_files, found load_exports"],
    ),
    "a_dag_with_another_id_behind_a_constant": (
        rules.dags_named_otherwise,
        {
            "dags/load_files.py": "@dag(dag_id=LOAD)\ndef load_files(): pass",
            "plugins/p/names.py": 'LOAD = "load_exports"\n',
        },
        ["dags/load_files.py: expected the one DAG load_files, found load_exports"],
    ),
    "a_dag_file_without_dag": (
        rules.dags_named_otherwise,
        {"dags/helpers.py": "x = 1"},
        ["dags/helpers.py: expected the one DAG helpers, found none"],
    ),
    "an_index_in_a_lock_file": (
        rules.addresses_in_lock_files,
        {"requirements.lock": "--index-url mirror\na==1\n", "uv.lock": 'source = "https://pypi.example/simple"\n'},
        ["requirements.lock:1: --index-url", "uv.lock:1: https://"],
    ),
    "a_path_of_one_machine": (
        rules.machine_paths,
        {"README.md": f"see /{FOLDER}/shared and (/ro" + "ot/x) and /ho" + "me/ann/y and '/tm" + "p/z'\n"},
        [
            f"README.md:1: /{FOLDER}/shared",
            "README.md:1: /ro" + "ot/x",
            "README.md:1: /ho" + "me/ann/y",
            "README.md:1: /tm" + "p/z",
        ],
    ),
    "a_link_to_nothing": (
        rules.dead_links,
        {
            "docs/a.md": "# One\n[b](b.md) [c](#two) [d](a.md#one) `[e](e.md)`\n```\n[f](f.md)\n```\n[g](https://example.org)"
        },
        ["docs/a.md: b.md leads to no file", "docs/a.md: #two leads to no heading"],
    ),
    "a_script_that_cannot_run": (
        rules.unusable_scripts,
        {"scripts/run": "#!/usr/bin/env bash\nif true; then\n", "scripts/other": "echo --help\n"},
        [
            "scripts/other: not executable",
            "scripts/other:1: expected #! with bash or python, found 'echo --help'",
            "scripts/run: not executable",
            "scripts/run: {root}/scripts/run: line 3: syntax error: unexpected end of file",
            "scripts/run: does not mention --help",
        ],
    ),
    "a_python_script_with_an_error": (
        rules.unusable_scripts,
        {"scripts/run": "#!/usr/bin/env python3\n# --help\ndef f(:\n"},
        ["scripts/run: not executable", "scripts/run:3: invalid syntax"],
    ),
    "a_package_that_airflow_takes_for_plugins": (
        rules.modules_that_airflow_would_import,
        {"plugins/p/__init__.py": "", "plugins/q/__init__.py": "", "plugins/.airflowignore": "q/\n"},
        ["plugins/.airflowignore: expected the line p/**"],
    ),
}

INNOCENT = {
    MODEL: "-- Grain: one row per a; now() in a comment\nselect known_at, '{# now() #}' from b /* current_date */",
    MART: "-- Grain: one row per a and b\nselect 1",
    MART_YAML: "models: [{name: dim_a, description: One row., columns: [{name: b, data_type: text, description: B.}]}]",
    "dags/load_files.py": "@dag(dag_id=LOAD)\ndef load_files(): pass",
    "plugins/p/__init__.py": "",
    "plugins/p/names.py": 'LOAD = "load_files"\n',
    "plugins/.airflowignore": "p/**\n",
    "requirements.lock": "a==1 \\\n    --hash=sha256:00\n",
    "docs/a.md": f"[b](../README.md) a/{FOLDER}/b, {FOLDER}/x, ${{HOME}}/{FOLDER}, /{FOLDER}_centre\n",
    "README.md": "# Read me\n",
}


def tree(root: Path, files: dict[str, str]) -> Path:
    """The files below root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_the_repository_keeps_the_rule(rule: Rule) -> None:
    assert rule(REPOSITORY) == []


@pytest.mark.parametrize("case", OFFENDERS, ids=str)
def test_the_rule_finds(case: str, tmp_path: Path) -> None:
    rule, files, expected = OFFENDERS[case]
    assert rule(tree(tmp_path, files)) == [line.replace("{root}", str(tmp_path)) for line in expected]


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.__name__)
def test_the_rule_leaves_an_innocent_tree_alone(rule: Rule, tmp_path: Path) -> None:
    assert rule(tree(tmp_path, INNOCENT)) == []


def test_every_rule_has_an_offender() -> None:
    assert {rule for rule, _, _ in OFFENDERS.values()} == set(ALL_RULES)


def test_what_git_ignores_is_not_judged(tmp_path: Path) -> None:
    import subprocess

    tree(tmp_path, {".gitignore": "ignored/\n", "ignored/a.md": "[b](b.md)", "kept.md": "[b](b.md)"})
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True, timeout=20)
    assert rules.dead_links(tmp_path) == ["kept.md: b.md leads to no file"]
