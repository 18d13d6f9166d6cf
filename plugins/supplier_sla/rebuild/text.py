"""What a rebuild found, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.rebuild.rebuild import ComparedTable, Rebuild
from supplier_sla.terminal import aligned, harmless

HASH_SIGNS = 16
MOST_KEYS_NAMED = 20

ANOTHER_PRODUCT = (
    "  models, checks, server or finance's time zone are not those of that night: check out the version of the product"
    " that published it and rebuild there; a difference found here is no sign that anybody changed anything"
)
UNEXPLAINED = (
    "  the product is that of the night and every row of raw is the one that was loaded: the record of the publication,"
    " the book of deliveries or the ledger was changed; compare them with a backup"
)


def rebuild_lines(found: Rebuild) -> Iterator[str]:
    """The report, harmless for a terminal."""
    publication = found.publication
    yield (
        f"rebuild of publication {publication.number}, as of {publication.as_of.isoformat()},"
        f" from {publication.delivery_count} deliveries"
    )
    header = ["table", "rows then", "rows now", "published", "rebuilt", ""]
    yield from aligned([header, *map(_row, found.tables)], right=(1, 2), indent="  ")
    if found.ledger:
        yield f"ledger up to publication {publication.number}: {len(found.ledger):,} sums are not what the rebuild owes"
        yield from (f"  {harmless(key)}" for key in found.ledger[:MOST_KEYS_NAMED])
    else:
        yield f"ledger up to publication {publication.number}: adds up to what the rebuild owes"
    yield from _raw_lines(found)
    yield from _verdict_lines(found)


def _row(table: ComparedTable) -> list[str]:
    then, now = table.published, table.rebuilt
    if now is None:
        return [then.table, f"{then.row_count:,}", "", then.sha256[:HASH_SIGNS], "", "this version has other columns"]
    verdict = "same" if table.agrees else "DIFFERS"
    return [
        then.table, f"{then.row_count:,}", f"{now.row_count:,}", then.sha256[:HASH_SIGNS], now.sha256[:HASH_SIGNS],
        verdict,
    ]  # fmt: skip


def _raw_lines(found: Rebuild) -> Iterator[str]:
    raw = found.raw
    looked_at = f"raw: {raw.row_count:,} rows of {raw.delivery_count:,} deliveries"
    yield f"{looked_at}, {raw.problem_count:,} differences" if raw.problem_count else f"{looked_at} as they were loaded"
    yield from (f"  {harmless(problem)}" for problem in raw.problems)
    if raw.emptied_count:
        yield (
            f"  {raw.emptied_count:,} rows have lost personal values to scripts/retention, which no figure rests on;"
            " their hashes cannot be checked any more"
        )


def _verdict_lines(found: Rebuild) -> Iterator[str]:
    if found.agrees:
        yield "all agree: this is what was published"
        return
    yield "NOT what was published"
    if found.raw.problem_count:
        yield "  rows in raw were changed, removed or added after they were loaded: compare with the delivered files"
    elif not found.is_same_product:
        yield ANOTHER_PRODUCT
    else:
        yield UNEXPLAINED
