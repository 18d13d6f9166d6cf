"""docs/extracts.md: how to receive extracts, with the columns of every layout."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from supplier_sla.docs.markdown import code, filled, table
from supplier_sla.extracts.layouts import LAYOUTS
from supplier_sla.extracts.layouts import evidence as breach_extract
from supplier_sla.extracts.layouts.layout import Column, Layout
from supplier_sla.quality.suite import door_out_file_suite

TEMPLATE = Path(__file__).parent / "templates" / "extracts.md"

GENERATED = (
    "<!-- Made by `python -m supplier_sla.docs` from plugins/supplier_sla/extracts/layouts and"
    " expectations/door_out_file. Do not edit. -->"
)


def render() -> str:
    """The whole page; the same sources give the same text."""
    parts = {
        "generated": GENERATED,
        "layouts": "\n\n".join(_section(layout) for layout in LAYOUTS.values()),
        "breach_extract": "\n\n".join(_table(name, columns) for name, columns in breach_extract.TABLES.items()),
        "expectations": table(
            ["expectation", "why"], [[each.name, each.reason] for each in door_out_file_suite().expectations]
        ),
    }
    return filled(TEMPLATE.read_text(encoding="utf-8"), parts)


def _section(layout: Layout) -> str:
    own = {name: columns for name, columns in layout.tables.items() if name not in breach_extract.TABLES}
    tables = "\n\n".join(_table(name, columns) for name, columns in own.items())
    return f"### {layout.code}\n\nVersion {layout.version} of the layout.\n\n{tables}"


def _table(name: str, columns: Iterable[Column]) -> str:
    rows = [
        [str(number), code(column.name), str(column.length or ""), column.meaning]
        for number, column in enumerate(columns, start=1)
    ]
    return f"{code(name)}\n\n{table(['', 'column', 'length', 'meaning'], rows)}"
