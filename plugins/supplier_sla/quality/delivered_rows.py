"""SQL that turns raw rows into one row per delivery, with the figures that a door-in suite judges."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from supplier_sla.landing.contract import ColumnType, load_contracts
from supplier_sla.quality.suite import DoorInSuite, Measure

# Raw columns are text; the loader has let through only what these casts accept.
CASTS: dict[ColumnType, str] = {
    "timestamp": "{column}::timestamptz",
    "date": "{column}::date",
    "month": "({column} || '-01')::date",
    "integer": "{column}::bigint",
    "decimal": "{column}::numeric",
    "ratio": "{column}::numeric",
    "boolean": "{column}::boolean",
}

# The pages of Great Expectations do not escape values, and whoever delivers a file chooses its name.
SAFE_PATH = "replace(replace(replace(delivery.relative_path, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"

# A version that ends before it begins is an empty range, not an error of the whole query.
IN_FORCE = (
    "case when valid_to::date <= valid_from::date then 'empty'::daterange"
    " else daterange(valid_from::date, valid_to::date) end as in_force"
)

SHARE_FROM_ROWS = 20


def sql_timestamp(instant: datetime) -> str:
    """An instant as a PostgreSQL literal, for the placeholder `{as_of}`."""
    return f"timestamptz '{instant.isoformat()}'"


def delivery_figures_query(suite: DoorInSuite, delivery_ids: Collection[int], as_of: datetime) -> str:
    """One row per delivery: delivery_id, relative_path, the figures of ops.delivery and every measure of the suite.

    Measures of a delivery without rows in raw are null (aggregates, shares) or 0 (counts, queries). The SQL is put
    together from reviewed files, numbers and an instant; nothing of a delivery gets into it.
    """
    ids = ", ".join(str(int(delivery_id)) for delivery_id in sorted(delivery_ids))
    over_rows = {name: measure for name, measure in suite.measures.items() if not measure.query}
    by_query = {name: measure for name, measure in suite.measures.items() if measure.query}
    measured = ["_delivery_id", *(f"{_aggregate(measure)} as {name}" for name, measure in over_rows.items())]
    rows = f"select {_typed_columns(suite.entity)} from raw.{suite.entity} where _delivery_id in ({ids})"  # noqa: S608
    steps = [
        f"delivered as ({rows})",
        f"measured as (select {', '.join(measured)} from delivered group by _delivery_id)",  # noqa: S608
        *(f"{name} as ({measure.query})" for name, measure in by_query.items()),
    ]
    figures = [
        "delivery.delivery_id",
        f"{SAFE_PATH} as relative_path",
        "delivery.rows_in_file",
        "delivery.rows_loaded",
        "delivery.rows_quarantined",
        f"case when delivery.rows_in_file >= {SHARE_FROM_ROWS}"
        " then round(delivery.rows_quarantined::numeric / delivery.rows_in_file, 4) end as share_quarantined",
        *(_figure(name, measure) for name, measure in over_rows.items()),
        *(f"coalesce({name}.value, 0) as {name}" for name in by_query),
    ]
    joins = [
        "left join measured on measured._delivery_id = delivery.delivery_id",
        *(f"left join {name} on {name}._delivery_id = delivery.delivery_id" for name in by_query),
    ]
    # Great Expectations takes a query only when it begins with the word select.
    query = (
        f"select * from (with {', '.join(steps)} select {', '.join(figures)}"  # noqa: S608
        f" from ops.delivery as delivery {' '.join(joins)} where delivery.delivery_id in ({ids})) as figures"
    )
    return query.replace("{as_of}", sql_timestamp(as_of))


def _figure(name: str, measure: Measure) -> str:
    return f"coalesce(measured.{name}, 0) as {name}" if measure.count_of else f"measured.{name}"


def _aggregate(measure: Measure) -> str:
    if measure.aggregate:
        return f"({measure.aggregate})"
    if measure.count_of:
        return f"count(*) filter (where {measure.count_of})"
    rows = f"count(*) filter (where {measure.among})"
    hits = f"count(*) filter (where ({measure.among}) and ({measure.share_of}))"
    return f"case when {rows} >= {measure.from_rows} then round({hits}::numeric / {rows}, 4) end"


def _typed_columns(entity: str) -> str:
    contract = load_contracts()[entity]
    columns = [
        f"{CASTS.get(column.type, '{column}').format(column=column.name)} as {column.name}"
        for column in contract.columns
    ]
    if {"valid_from", "valid_to"} <= contract.column_by_name.keys():
        columns.append(IN_FORCE)
    return ", ".join([*columns, *contract.derived, "_delivery_id", "_line"])
