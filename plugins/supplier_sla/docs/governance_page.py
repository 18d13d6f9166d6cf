"""docs/governance.md: the supplier year, mart by mart, and every worked example of its rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from supplier_sla.docs.markdown import filled, table
from supplier_sla.docs.topics import sections
from supplier_sla.docs.worked_examples import Example, read_examples
from supplier_sla.settings import REPOSITORY

TEMPLATE = Path(__file__).parent / "templates" / "governance.md"
EXAMPLES = REPOSITORY / "tests" / "scenarios" / "governance"

GENERATED = (
    "<!-- Made by `python -m supplier_sla.docs` from its template and tests/scenarios/governance. Do not edit. -->"
)

# Topics of the examples in reading order, with the heading of their table.
TOPICS: Mapping[str, tuple[str, str]] = {
    "satisfaction": ("Satisfaction", "满意度"),
    "complaints": ("Complaints", "投诉"),
    "problems": ("Problems", "问题"),
    "compliance": ("Compliance and completion", "达标与完成度"),
    "fairness": ("Time held and pauses", "持有时间与挂起"),
    "scorecards": ("Scorecards", "计分卡"),
    "notices": ("Notices", "通知"),
    "disputes": ("Disputes", "争议"),
    "rectification": ("Rectification", "整改"),
    "obligations": ("Obligations", "义务"),
    "assessments": ("Assessments", "评估"),
    "qualifications": ("Qualification papers", "资质"),
    "selection": ("Selection", "选择"),
    "renewal": ("Yearly decision", "年度决定"),
}


def render(examples: Path = EXAMPLES) -> str:
    """The whole page; the same sources give the same text.

    Raises:
        ExampleUnplaced: an example of an unknown topic.
        ConfigurationInvalid: an example that cannot be read.
    """
    told = read_examples(examples)
    parts = {
        "generated": GENERATED,
        "example_count": f"{len(told)} examples, each run through the models in the tests.",
        "examples": sections(told, TOPICS, examples_table, "governance_page.py"),
    }
    return filled(TEMPLATE.read_text(encoding="utf-8"), parts)


def examples_table(examples: Iterable[Example]) -> str:
    """Rule, facts and arithmetic; the title leads to the files."""
    rows = [
        [
            f"[{example.text.title}](../tests/scenarios/governance/{example.name}) {example.text.title_zh}",
            example.text.clause + (f" (Source: {example.text.source}.)" if example.text.source else ""),
            example.text.facts,
            "; ".join(example.text.arithmetic) + ".",
        ]
        for example in examples
    ]
    return table(["example", "rule", "facts", "arithmetic"], rows)
