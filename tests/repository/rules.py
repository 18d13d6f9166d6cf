"""The rules that the repository keeps, each a function from a tree to the places that break it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import yaml

GRAIN_LINE = re.compile(r"-- Grain: one row\b.+")
GRAIN_SENTENCE = re.compile(r"One row\b.*")

SQL_FOLDERS = ("dbt_project/models", "dbt_project/macros", "dbt_project/tests", "dbt_project/snapshots")
SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/|\{#.*?#\}", re.DOTALL)
SQL_CLOCK = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_date|current_time|current_timestamp|localtime|localtimestamp|run_started_at)\b"
    r"|\bmodules\.datetime\b"
    r"|'(now|today|yesterday|tomorrow)'",
    re.IGNORECASE,
)

ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://|^\s*(--)?(extra-)?(index-url|find-links|trusted-host)\b|\bgit@|\bregistry\s*=",
    re.IGNORECASE | re.MULTILINE,
)

# An absolute path: the slash follows no word, dot, brace or tilde.
MACHINE_PATH = re.compile(r"(?<![\w.}~-])/(?:(?:work|root)(?!\w)|(?:home|Users|tmp)/\w)[\w./-]*")

MARKDOWN_LINK = re.compile(r"\]\(\s*<?(?P<target>[^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
FENCED = re.compile(r"^(```+).*?^\1\s*$", re.DOTALL | re.MULTILINE)
INLINE_CODE = re.compile(r"`[^`\n]*`")

SHEBANG_BASH = re.compile(r"#!.*\bbash\b")
SHEBANG_PYTHON = re.compile(r"#!.*\bpython")


def tracked_files(root: Path) -> list[Path]:
    """What git knows or would add; without a git folder every file."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode().split("\0")
        return sorted(root / name for name in set(names) if name and (root / name).is_file())
    return sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def clocks_in_sql(root: Path) -> list[str]:
    """SQL of the dbt project whose result depends on when it runs."""
    problems = []
    for path in _files(root, SQL_FOLDERS, ".sql"):
        text = SQL_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), path.read_text(encoding="utf-8"))
        clocks = SQL_CLOCK.finditer(text)
        problems += [f"{_name(path, root)}:{_line(text, found)}: {found[0].strip()}" for found in clocks]
    return problems


def models_without_grain(root: Path) -> list[str]:
    """Models whose first line does not say what one row is."""
    return [
        f"{_name(path, root)}:1: expected '-- Grain: one row per ...', found {first!r}"
        for path in _files(root, ("dbt_project/models",), ".sql")
        if not GRAIN_LINE.fullmatch(first := (path.read_text(encoding="utf-8").splitlines() or [""])[0])
    ]


def undocumented_marts(root: Path) -> list[str]:
    """Readers' tables without an entry, a grain, a column list, or a type or meaning of a column."""
    described = _described_models(root / "dbt_project" / "models" / "marts")
    problems = []
    for path in _files(root, ("dbt_project/models/marts",), ".sql"):
        model = described.get(path.stem)
        if model is None:
            problems.append(f"{path.stem}: in no YAML file of its folder")
            continue
        if not GRAIN_SENTENCE.match(str(model.get("description", ""))):
            problems.append(f"{path.stem}: its description does not begin with 'One row ...'")
        if not model.get("columns"):
            problems.append(f"{path.stem}: no columns")
        for column in model.get("columns") or []:
            missing = [part for part in ("data_type", "description") if not column.get(part)]
            problems += [f"{path.stem}.{column['name']}: no {part}" for part in missing]
    return problems


def models_without_file(root: Path) -> list[str]:
    """Models described in YAML for which there is no SQL file of that name beside the YAML or below it."""
    problems = []
    for path in _files(root, ("dbt_project/models",), ".yml"):
        for model in _content(path).get("models") or []:
            if not any(path.parent.rglob(f"{model['name']}.sql")):
                problems.append(f"{_name(path, root)}: {model['name']} has no file {model['name']}.sql")
    return problems


def dags_named_otherwise(root: Path) -> list[str]:
    """DAG files whose DAG has another id than the file's name, or that define none or several."""
    return [
        f"{_name(path, root)}: expected the one DAG {path.stem}, found {', '.join(ids) or 'none'}"
        for path in _files(root, ("dags",), ".py")
        if (ids := _dag_ids(path, root)) != [path.stem]
    ]


def addresses_in_lock_files(root: Path) -> list[str]:
    """Lines of lock files that name a server: a lock must install from whatever index the reader has."""
    return [
        f"{_name(path, root)}:{_line(text, found)}: {found[0].strip()}"
        for path in tracked_files(root)
        if path.suffix == ".lock" or path.name.startswith("requirements")
        for text in [path.read_text(encoding="utf-8")]
        for found in ADDRESS.finditer(text)
    ]


def machine_paths(root: Path) -> list[str]:
    """Absolute paths that exist on one machine only."""
    problems = []
    for path in tracked_files(root):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another file of bytes
        problems += [f"{_name(path, root)}:{_line(text, found)}: {found[0]}" for found in MACHINE_PATH.finditer(text)]
    return problems


def dead_links(root: Path) -> list[str]:
    """Links from Markdown to a file, or to a heading of one, that does not exist."""
    problems = []
    for path in tracked_files(root):
        if path.suffix != ".md":
            continue
        text = path.read_text(encoding="utf-8")
        for found in MARKDOWN_LINK.finditer(_without_code(text)):
            target = found["target"]
            if re.match(r"[a-z][a-z0-9+.-]*:", target) or "<!-- insert:" in text:
                continue
            name, _, heading = unquote(target).partition("#")
            other = (path.parent / name) if name else path
            if not other.exists():
                problems.append(f"{_name(path, root)}: {target} leads to no file")
            elif heading and other.suffix == ".md" and heading not in _headings(other.read_text(encoding="utf-8")):
                problems.append(f"{_name(path, root)}: {target} leads to no heading")
    return problems


def unusable_scripts(root: Path) -> list[str]:
    """Scripts that cannot be started, are broken, or do not know --help."""
    problems = []
    for path in _files(root, ("scripts", ".ci"), ""):
        if path.suffix or "lib" in path.relative_to(root).parts:
            continue  # only what people start: commands have no suffix
        first, text = path.read_text(encoding="utf-8").partition("\n")[0], path.read_text(encoding="utf-8")
        if not os.access(path, os.X_OK):
            problems.append(f"{_name(path, root)}: not executable")
        if SHEBANG_BASH.match(first):
            checked = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, timeout=20, check=False)
            problems += [f"{_name(path, root)}: {checked.stderr.strip().splitlines()[0]}"] if checked.returncode else []
        elif SHEBANG_PYTHON.match(first):
            problems += _python_errors(path, root)
        else:
            problems.append(f"{_name(path, root)}:1: expected #! with bash or python, found {first!r}")
        if path.is_relative_to(root / "scripts") and "--help" not in text and "argparse" not in text:
            problems.append(f"{_name(path, root)}: does not mention --help")
    return problems


def modules_that_airflow_would_import(root: Path) -> list[str]:
    """Packages of plugins/ whose files Airflow would import one by one under bare names, `__main__` among them."""
    ignore = root / "plugins" / ".airflowignore"
    text = ignore.read_text(encoding="utf-8") if ignore.exists() else ""
    lines = {line.strip().removesuffix("**").strip("/") for line in text.splitlines()}
    packages = sorted(path.parent.name for path in (root / "plugins").glob("*/__init__.py"))
    return [f"plugins/.airflowignore: expected the line {name}/**" for name in packages if name not in lines]


def _files(root: Path, folders: tuple[str, ...], suffix: str) -> Iterator[Path]:
    tracked = tracked_files(root)
    for folder in folders:
        yield from (path for path in tracked if path.is_relative_to(root / folder) and path.name.endswith(suffix))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


def _content(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def _described_models(folder: Path) -> dict[str, dict]:
    models = [model for path in folder.rglob("*.yml") for model in _content(path).get("models") or []]
    return {model["name"]: model for model in models}


def _dag_ids(path: Path, root: Path) -> list[str]:
    """Ids of the DAGs that a file makes with @dag or DAG(...); a constant is looked up in the modules of plugins/."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ids = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else None
                function = call.func if call else decorator
                if isinstance(function, ast.Name) and function.id == "dag":
                    ids.append(_id_of(call, root) or node.name)
        elif isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
            call = node.context_expr
            if isinstance(call.func, ast.Name) and call.func.id == "DAG":
                ids.append(_id_of(call, root) or "?")
    return ids


def _id_of(call: ast.Call | None, root: Path) -> str | None:
    if call is None:
        return None
    values = [keyword.value for keyword in call.keywords if keyword.arg == "dag_id"] or call.args[:1]
    value = values[0] if values else None
    if isinstance(value, ast.Constant):
        return str(value.value)
    return _constant(value.id, root) if isinstance(value, ast.Name) else None


def _constant(name: str, root: Path) -> str:
    assignment = re.compile(rf'^{re.escape(name)} = "([^"]+)"$', re.MULTILINE)
    texts = (path.read_text(encoding="utf-8") for path in (root / "plugins").rglob("*.py"))
    found = {match[1] for text in texts for match in assignment.finditer(text)}
    return found.pop() if len(found) == 1 else name


def _python_errors(path: Path, root: Path) -> list[str]:
    try:
        ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        return [f"{_name(path, root)}:{error.lineno}: {error.msg}"]
    return []


def _without_code(text: str) -> str:
    return INLINE_CODE.sub("", FENCED.sub("", text))


def _headings(text: str) -> set[str]:
    """Anchors as the usual renderers make them from headings."""
    titles = re.findall(r"^#{1,6}\s+(.+?)\s*$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
