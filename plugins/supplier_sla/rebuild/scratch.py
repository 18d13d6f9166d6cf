"""The place of a rebuild: schemas of its own beside the two slots, which no reader and no night looks at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from supplier_sla.dbt_runs import address_variables, run_dbt, slot_variables
from supplier_sla.errors import SupplierSlaError
from supplier_sla.rebuild.publication import PastPublication
from supplier_sla.settings import Settings
from supplier_sla.warehouse.slot_relations import empty_slot

REBUILD_SLOT = "marts_rebuild"


class DeliveriesMissing(SupplierSlaError):
    """Not all deliveries that the night was built from are in the book any more."""


def prepare(cursor: Cursor, publication: PastPublication) -> None:
    """Empty the place and give it the deliveries and the instant of the publication, whatever came later.

    Raises:
        DeliveriesMissing: the book of deliveries has lost some.
        SlotBusy: somebody's view reads the place.
    """
    clear(cursor)
    cursor.execute(
        "insert into ops.slot_delivery (slot, delivery_id, is_built)"
        " select %s, deliveries.delivery_id, false from ops.delivery as deliveries"
        " inner join ops.publication as publications on publications.deliveries @> deliveries.delivery_id"
        " where publications.publication_id = %s",
        (REBUILD_SLOT, publication.number),
    )
    if cursor.rowcount != publication.delivery_count:
        raise DeliveriesMissing(
            f"publication {publication.number}",
            expected=f"the {publication.delivery_count} deliveries that it was built from",
            found=f"{cursor.rowcount} of them in ops.delivery",
            next_step="compare ops.delivery with a backup; nothing in the product deletes from it",
        )
    cursor.execute("analyze ops.slot_delivery")
    # Never `building`: no night and no retention waits for a rebuild, a broken-off one included.
    cursor.execute(
        "update ops.slot set state = 'empty', as_of = %s, delivery_watermark = %s, delivery_count = %s,"
        " build_fingerprint = %s, run_id = %s, built_as_of = null, build_reason = 'rebuild' where slot = %s",
        (
            publication.as_of, publication.delivery_watermark, publication.delivery_count,
            publication.build_fingerprint, f"rebuild of publication {publication.number}", REBUILD_SLOT,
        ),
    )  # fmt: skip


def build(url: str, home: Path, tables: Iterable[str]) -> None:
    """Build these tables and what they are made from with dbt, without its tests.

    Raises:
        DbtProjectInvalid: dbt could not.
    """
    # A login of the administrator takes on the role whose rights suffice; the last three are not used here.
    settings = Settings(home, home / "landing", home / "outbox", loader_url=url, transformer_url=url, bi_reader_url=url)
    variables = {
        **address_variables(url),
        **slot_variables(settings, REBUILD_SLOT),
        "SUPPLIER_SLA_DBT_ROLE": "transformer",
        "SUPPLIER_SLA_DBT_APPLICATION": "supplier_sla_rebuild",
    }
    kinds = ("--resource-type", "model", "--resource-type", "seed")
    run_dbt(["build", *kinds, "--select", *(f"+{table}" for table in tables)], settings, variables)


def clear(cursor: Cursor) -> None:
    """Drop what a rebuild has left."""
    empty_slot(cursor, REBUILD_SLOT)
    cursor.execute("delete from ops.slot_delivery where slot = %s", (REBUILD_SLOT,))
