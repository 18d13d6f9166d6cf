"""The pages that a data steward opens first: what failed at a door and why, in both languages, without a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import quote

from supplier_sla.quality.offline_pages import style
from supplier_sla.quality.suite import Expected
from supplier_sla.quality.titles import Title, read_titles

DOORS: Mapping[str, Title] = {
    "door_in": Title("Door in: the night's deliveries", "入口检查：本批次的交付"),
    "door_out": Title("Door out: the tables that readers were given", "出口检查：提供给读者的表"),
    "door_out_file": Title("File door: the last extracts for finance", "文件出口检查：最近提交财务的提取"),
}

# Of one expectation; all of them are on the page of the suite.
MOST_FILES_NAMED = 20

_SEVERITIES = {"critical": "critical · 严重", "warning": "warning · 警告"}


@dataclass(frozen=True)
class Broken:
    """An expectation that did not hold: what was found, file by file where there are files."""

    expected: Expected
    found: Sequence[str]


@dataclass(frozen=True)
class Judged:
    """One suite of a run, with what did not hold."""

    name: str
    expectation_count: int
    broken: Sequence[Broken]


def write_door_page(docs: Path, door: str, as_of: datetime, judged: Sequence[Judged]) -> Path:
    """Write `docs`/index.html over that of Great Expectations, which needs scripts from the web; returns its path."""
    title = DOORS.get(door, Title(door, ""))
    content = [
        f"<h1>{escape(str(title))}</h1>",
        f'<p class="quiet">as of · 截至 {escape(as_of.isoformat())}'
        ' · <a href="../index.html">all doors · 全部检查</a></p>',
        "<h2>Suites · 检查集</h2>",
        _table(
            ("Suite · 检查集", "Expectations that held · 通过", "Critical · 严重", "Warnings · 警告", "Details · 详情"),
            [_suite_row(docs, suite) for suite in judged],
        ),
        "<h2>What did not hold · 未通过</h2>",
        _failures(judged),
    ]
    return _write(docs / "index.html", title, content)


def write_front_page(docs: Path) -> Path:
    """Write `docs`/index.html with a link to each door that has pages; returns its path."""
    items = "\n".join(
        f'<li><a href="{door}/index.html">{escape(str(title))}</a></li>'
        for door, title in DOORS.items()
        if (docs / door / "index.html").exists()
    )
    title = Title("Data Docs of the last night", "最近一批次的数据检查")
    return _write(docs / "index.html", title, [f"<h1>{escape(str(title))}</h1>", f"<ul>\n{items}\n</ul>"])


def _suite_row(docs: Path, suite: Judged) -> list[str]:
    severities = [broken.expected.severity for broken in suite.broken]
    held = suite.expectation_count - len(suite.broken)
    title = read_titles().suite(suite.name)
    return [
        f"<td>{escape(str(title))}<br><code>{escape(suite.name)}</code></td>",
        f'<td class="number">{held} / {suite.expectation_count}</td>',
        _count_cell(severities.count("critical"), "critical"),
        _count_cell(severities.count("warning"), "warning"),
        f"<td>{_details(docs, suite.name)}</td>",
    ]


def _count_cell(count: int, severity: str) -> str:
    return f'<td class="number"><span class="{severity if count else "held"}">{count}</span></td>'


def _details(docs: Path, suite: str) -> str:
    """Links to the pages of Great Expectations: the rules of a suite, and its results."""
    parts = suite.split(".")
    pages = {
        "results · 结果": [*sorted(docs.joinpath("validations", *parts).rglob("*.html"))][-1:],
        "rules · 规则": [docs.joinpath("expectations", *parts).with_suffix(".html")],
    }
    return " · ".join(
        f'<a href="{quote(page.relative_to(docs).as_posix())}">{label}</a>'
        for label, found in pages.items()
        for page in found
        if page.exists()
    )


def _failures(judged: Iterable[Judged]) -> str:
    rows = [
        [
            f'<td class="{broken.expected.severity}">{_SEVERITIES[broken.expected.severity]}</td>',
            f"<td>{escape(str(read_titles().suite(suite.name)))}</td>",
            f"<td>{escape(str(read_titles().expectation(broken.expected.name)))}"
            f"<br><code>{escape(broken.expected.name)}</code></td>",
            f"<td>{escape(broken.expected.reason)}</td>",
            f"<td>{_found(broken.found)}</td>",
        ]
        for suite in judged
        for broken in sorted(suite.broken, key=lambda broken: broken.expected.severity)
    ]
    if not rows:
        return '<p class="held">Everything held. · 全部通过。</p>'
    return _table(("Severity · 级别", "Suite · 检查集", "Expectation · 规则", "Why · 原因", "Found · 发现"), rows)


def _found(found: Sequence[str]) -> str:
    shown = [escape(each) for each in found[:MOST_FILES_NAMED]]
    if len(found) > MOST_FILES_NAMED:
        shown.append(f"… {len(found) - MOST_FILES_NAMED} more · 另有 {len(found) - MOST_FILES_NAMED} 项")
    return "<br>".join(shown)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def _write(page: Path, title: Title, content: Sequence[str]) -> Path:
    page.write_text(
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(str(title))}</title>\n{style()}</head>\n<body>\n<main>\n"
        + "\n".join(content)
        + "\n</main>\n</body>\n</html>\n",
        encoding="utf-8",
    )
    return page
