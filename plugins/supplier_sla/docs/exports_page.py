"""docs/exports.md: every file contract in words, so that a stranger can write export files from the page alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from supplier_sla.docs.markdown import bullets, code, code_block, filled, table
from supplier_sla.docs.vocabulary import VOCABULARIES, read_vocabulary
from supplier_sla.landing.checks import TYPE_RULES
from supplier_sla.landing.contract import Column, ColumnType, FileContract, load_contracts
from supplier_sla.quality.suite import door_in_suite

TEMPLATE = Path(__file__).parent / "templates" / "exports.md"
MINIMAL_EXAMPLE = Path(__file__).parent / "minimal_example"

GENERATED = (
    "<!-- Made by `python -m supplier_sla.docs` from plugins/supplier_sla/file_contracts, expectations/door_in and"
    " dbt_project/seeds/vocabulary. Do not edit. -->"
)

# In the order in which a reader needs them; the other entities follow alphabetically.
FIRST_RUN = ("suppliers", "work_centres", "contracts", "service_levels", "calendars", "tickets")

# One value of each type; that each of them is accepted is tested.
TYPE_EXAMPLES: Mapping[ColumnType, tuple[str, ...]] = {
    "text": ("Harbour Street 5",),
    "code": ("waiting_customer",),
    "slug": ("servicedesk", "city-311"),
    "timestamp": ("2026-01-05T09:12:44Z", "2026-01-05 10:12:44.25+01:00"),
    "date": ("2026-01-05",),
    "month": ("2026-01",),
    "integer": ("3",),
    "decimal": ("1234.50",),
    "ratio": ("0.95",),
    "boolean": ("true", "false"),
    "zone": ("Europe/Berlin",),
    "currency": ("EUR",),
    "hours": ("08:00-12:00;13:00-17:00", "22:00-06:00", "00:00-24:00"),
    "code_list": ("waiting_customer;on_hold",),
    "trigger_list": ("resolved", "opened;commented", "state:in_progress"),
}

NOTES_ON_TYPES: Mapping[ColumnType, str] = {
    "text": "any text",
    "code": "a short word on one line, compared as it stands",
    "hours": "24:00 is allowed as an end; an end at or before its start reaches into the next day",
    "month": "two digits for the month, no day",
}


def render(contracts: Mapping[str, FileContract] | None = None) -> str:
    """The whole page, of the product's own contracts unless others are given; the same sources give the same text."""
    contracts = load_contracts() if contracts is None else contracts
    order = reading_order(contracts)
    parts = {
        "generated": GENERATED,
        "types": types_table(),
        "minimal_files": minimal_files(),
        "minimal_verdicts": minimal_verdicts(),
        "entity_index": entity_index(contracts[name] for name in order),
        "entities": "\n\n".join(entity_section(contracts[name]) for name in order),
        "event_types": event_types(),
        "statuses": statuses(),
    }
    return filled(TEMPLATE.read_text(encoding="utf-8"), parts)


def reading_order(contracts: Mapping[str, FileContract]) -> list[str]:
    """Entities of a first run, then the others that models read, then those that are only kept."""
    others = sorted(contracts.keys() - set(FIRST_RUN), key=lambda name: (not contracts[name].read_by_models, name))
    return [*FIRST_RUN, *others]


def types_table() -> str:
    """What a value of each type looks like, in the words of the check itself."""
    rows = []
    for name, rule in TYPE_RULES.items():
        note = NOTES_ON_TYPES.get(name, "")
        form = note if rule.expected in ("text", "a code") else "; ".join(filter(None, [rule.expected, note]))
        rows.append([code(name), form, ", ".join(code(value) for value in TYPE_EXAMPLES[name])])
    return table(["type", "form", "examples"], rows)


def entity_index(contracts: Iterable[FileContract]) -> str:
    """One line per entity with a link to its section."""
    rows = [[f"[{contract.entity}](#{contract.entity})", need_of(contract), contract.summary] for contract in contracts]
    return table(["entity", "", "one file holds"], rows)


def need_of(contract: FileContract) -> str:
    """What the product does with the entity, in two or three words."""
    if contract.entity in FIRST_RUN:
        return "first run"
    return "read by models" if contract.read_by_models else "kept only"


def entity_section(contract: FileContract) -> str:
    """Everything about one entity."""
    use = "Read by the models." if contract.read_by_models else "Checked and kept in `raw`; no model reads it yet."
    parts = [
        f"### {contract.entity}",
        contract.summary,
        f"Key: {key_in_words(contract)}. {use}",
        columns_table(contract),
        retention_rule(contract),
        cross_column_rules(contract),
        delivery_rules(contract),
        f"Example (`{contract.entity}.csv`):",
        code_block(example_file(contract), "csv"),
    ]
    return "\n\n".join(filter(None, parts))


def key_in_words(contract: FileContract) -> str:
    """The key's columns; for a derived part the columns it comes from and what happens without them."""
    names = []
    for name in contract.key:
        sources = contract.derived.get(name)
        names.append(" or ".join([*map(code, sources), "else the whole content of the row"]) if sources else code(name))
    return ", ".join(names)


def columns_table(contract: FileContract) -> str:
    """The columns as a file may carry them; `updated_at` is explained once for all entities.

    Only where something is personal there is a column that says so.
    """
    personal = ["personal"] if contract.personal_columns else []
    header = ["column", "type", "required", *personal, "allowed", "meaning", "example"]
    return table(header, [column_row(column, contract) for column in contract.declared_columns])


def column_row(column: Column, contract: FileContract) -> list[str]:
    """The cells of one column."""
    required = "yes" if column.required else ""
    personal = [personal_of(column, contract)] if contract.personal_columns else []
    example = code(column.example or "")
    return [code(column.name), column.type, required, *personal, bounds_of(column), column.description, example]


def personal_of(column: Column, contract: FileContract) -> str:
    """The class of a personal column, and whether its values can be dropped."""
    if not column.personal:
        return ""
    return code(column.personal) if contract.may_be_dropped(column) else f"{code(column.personal)}, never dropped"


def retention_rule(contract: FileContract) -> str:
    """From when on retention counts, and what it empties."""
    if not contract.rests_from:
        return ""
    columns, emptied = (", ".join(map(code, names)) for names in (contract.rests_from, contract.emptied_columns))
    since = columns if len(contract.rests_from) == 1 else f"the latest of {columns}"
    return f"Retention counts from {since} and empties {emptied} and unknown columns."


def bounds_of(column: Column) -> str:
    """Allowed values, bounds and the column referred to."""
    parts = [
        ", ".join(map(code, column.allowed or ())),
        f"at least {column.minimum}" if column.minimum is not None else "",
        f"at most {column.maximum}" if column.maximum is not None else "",
        f"a {code(column.references)}" if column.references else "",
    ]
    return "; ".join(filter(None, parts))


def cross_column_rules(contract: FileContract) -> str:
    """Rules over several columns, as the quarantine would word them."""
    rules = [f"{code(rule.column)}: expected {rule.message}." for rule in contract.rules]
    return f"Rules for each row:\n\n{bullets(rules)}" if rules else ""


def delivery_rules(contract: FileContract) -> str:
    """What keeps a whole delivery out."""
    suite = door_in_suite(contract.entity)
    reasons = [each.reason for each in suite.expectations if each.severity == "critical"] if suite else []
    return f"A delivery is refused as a whole for these reasons:\n\n{bullets(reasons)}" if reasons else ""


def example_file(contract: FileContract) -> str:
    """A header with every column and one line with the examples of the contract."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in contract.columns)
    writer.writerow(column.example or "" for column in contract.columns)
    return text.getvalue()


def minimal_files() -> str:
    """The files of the minimal example, each as it lies in its folder."""
    files = [MINIMAL_EXAMPLE / "landing" / f"{entity}.csv" for entity in FIRST_RUN]
    return "\n\n".join(f"`{file.name}`\n\n{code_block(file.read_text(encoding='utf-8'), 'csv')}" for file in files)


def minimal_verdicts() -> str:
    """What must come out of the minimal example."""
    with (MINIMAL_EXAMPLE / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return table(header, [[code(value) for value in row[:-1]] + [row[-1]] for row in rows])


def event_types() -> str:
    """Kinds of events in their order, with the state each implies."""
    rows = read_vocabulary(VOCABULARIES / "ticket_event_type.csv")
    ordered = sorted(rows, key=lambda row: int(row["sequence_rank"]))
    cells = [[code(row["code"]), row["description"], code(row["implied_state_code"]) or "unchanged"] for row in ordered]
    return table(["event_type", "meaning", "state without state_code"], cells)


def statuses() -> str:
    """The closed vocabulary of verdicts."""
    rows = read_vocabulary(VOCABULARIES / "measurement_status.csv")
    return table(["status", "meaning"], [[code(row["code"]), row["description"]] for row in rows])
