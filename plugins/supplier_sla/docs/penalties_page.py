"""docs/penalties.md: what each kind of penalty means and needs, the order of the steps, and every worked example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from supplier_sla.docs.markdown import code, filled, table
from supplier_sla.docs.topics import sections
from supplier_sla.docs.vocabulary import VOCABULARIES, read_vocabulary
from supplier_sla.docs.worked_examples import Example, read_examples
from supplier_sla.landing.contract import FileContract, load_contracts
from supplier_sla.settings import REPOSITORY

TEMPLATE = Path(__file__).parent / "templates" / "penalties.md"
EXAMPLES = REPOSITORY / "tests" / "scenarios" / "penalties"

GENERATED = (
    "<!-- Made by `python -m supplier_sla.docs` from its template, the file contract of penalty_terms,"
    " dbt_project/seeds/vocabulary and tests/scenarios/penalties. Do not edit. -->"
)

# Topics of the examples in reading order, with the heading of their table.
TOPICS: Mapping[str, tuple[str, str]] = {
    "per_miss": ("Sum per miss", "每次未达标固定金额"),
    "late_time": ("Sum per time late", "按超时时长计罚"),
    "bands": ("Percent of the fee by band, sum per failed period", "按档位与按期未达标"),
    "at_risk": ("Amount at risk", "风险金额"),
    "shortfall": ("Shortfall and points below target", "差额与低于目标的百分点"),
    "points": ("Points looked up in a table", "扣分查表"),
    "measures": ("Surveys, uptime and other measured values", "满意度、可用性及其他测量值"),
    "repeats": ("Repeated failure", "重复未达标"),
    "small_volume": ("Few tickets", "工单量小"),
    "periods": ("Periods, windows and versions", "考核期、滚动窗口与条款版本"),
    "caps": ("Caps", "上限"),
    "minimum_and_rounding": ("Minimum and rounding", "最低金额与取整"),
    "earn_back": ("Earn-back", "罚金返还"),
    "excusals": ("Excusals", "豁免"),
    "decisions": ("Decisions", "决定"),
    "nights": ("Told over several nights", "跨多个夜间批次"),
}


def render(contract: FileContract | None = None, vocabularies: Path = VOCABULARIES, examples: Path = EXAMPLES) -> str:
    """The whole page; the same sources give the same text.

    Raises:
        ExampleUnplaced: an example of an unknown topic.
        ConfigurationInvalid: an example that cannot be read.
    """
    contract = contract or load_contracts()["penalty_terms"]
    told = read_examples(examples)
    parts = {
        "generated": GENERATED,
        "kinds": kinds_table(contract, vocabularies),
        "steps": steps_table(vocabularies),
        "statuses": statuses_table(vocabularies),
        "undecided": undecided(vocabularies),
        "example_count": f"{len(told)} examples, each run through the models in the tests.",
        "examples": examples_by_topic(told),
    }
    return filled(TEMPLATE.read_text(encoding="utf-8"), parts)


def kinds_table(contract: FileContract, vocabularies: Path) -> str:
    """One line per kind, with what its rows need in the words of the check at the door."""
    rows = [
        [code(kind["code"]), kind["label"], kind["label_zh"], kind["description"], needs_of(kind["code"], contract)]
        for kind in read_vocabulary(vocabularies / "penalty_kind.csv")
    ]
    return table(["penalty_kind", "label", "label_zh", "meaning", "its rows need"], rows)


def needs_of(kind: str, contract: FileContract) -> str:
    """What the rules of the file contract demand of a row of this kind."""
    rules = [rule.message.partition(", because")[0] for rule in contract.rules if f"'{kind}'" in rule.expect]
    return "; ".join(rules)


def steps_table(vocabularies: Path) -> str:
    """The steps from the rate to what is owed, in their order."""
    steps = sorted(read_vocabulary(vocabularies / "penalty_step.csv"), key=lambda row: int(row["step_number"]))
    rows = [[row["step_number"], code(row["code"]), row["label"], row["label_zh"], row["description"]] for row in steps]
    return table(["", "step_code", "label", "label_zh", "meaning"], rows)


def statuses_table(vocabularies: Path) -> str:
    """What a line's status says."""
    rows = read_vocabulary(vocabularies / "penalty_status.csv")
    return table(
        ["status_code", "label", "label_zh", "meaning"],
        [[code(row["code"]), row["label"], row["label_zh"], row["description"]] for row in rows],
    )


def undecided(vocabularies: Path) -> str:
    """Which lines the ledger passes over."""
    rows = read_vocabulary(vocabularies / "penalty_status.csv")
    codes = " or ".join(code(row["code"]) for row in rows if row["is_decided"] == "false")
    return f"Lines that are {codes} are undecided: they post nothing to the ledger and take nothing back."


def examples_by_topic(examples: Iterable[Example]) -> str:
    """One table per topic, one row per example."""
    return sections(examples, TOPICS, examples_table, "penalties_page.py")


def examples_table(examples: Iterable[Example]) -> str:
    """Clause, facts, what is owed, and the arithmetic; the title leads to the files."""
    rows = [
        [
            f"[{example.text.title}](../tests/scenarios/penalties/{example.name}) {example.text.title_zh}",
            example.text.clause + (f" (Source: {example.text.source}.)" if example.text.source else ""),
            example.text.facts,
            owed_in_words(example),
            "; ".join(example.text.arithmetic) + ".",
        ]
        for example in examples
    ]
    return table(["example", "clause", "facts", "owed", "arithmetic"], rows)


def owed_in_words(example: Example) -> str:
    """What is owed, clause by clause where there are several: `450.00 EUR`, or by night where there are several."""
    nights = [_owed(rows) for rows in example.owed.values()]
    if len(nights) == 1:
        return f"{nights[0]} {example.currency_code}"
    told = "; ".join(f"{night}: {owed}" for night, owed in zip(example.owed, nights, strict=True))
    return f"{told} {example.currency_code}"


def _owed(rows: list[dict[str, str]]) -> str:
    charged = [row for row in rows if Decimal(row["owed_amount"])]
    if not charged:
        return "0.00"
    if len(rows) == 1:
        return f"{Decimal(charged[0]['owed_amount']):,}"
    several_contracts = len({row.get("contract_id") for row in rows}) > 1
    names = (
        ["contract_id", "penalty_term_id", "period_month"] if several_contracts else ["penalty_term_id", "period_month"]
    )
    varying = [name for name in names if len({row[name] for row in rows}) > 1]
    return ", ".join(
        " ".join([*(row[name] for name in varying), f"{Decimal(row['owed_amount']):,}"]) for row in charged
    )
