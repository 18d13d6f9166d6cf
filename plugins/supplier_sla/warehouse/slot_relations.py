"""The tables and views of a slot, in the schemas of its three layers."""

from __future__ import annotations

from psycopg2 import errors, sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.errors import SupplierSlaError

LAYERS = ("staging", "intermediate", "marts")


class SlotBusy(SupplierSlaError):
    """Another run is still building into the slot, which would mix the nights, or somebody's view reads its tables."""


def layer_schemas(slot: str) -> dict[str, str]:
    """Where a slot's build writes each layer, as in dbt_project/macros/generate_schema_name.sql."""
    colour = slot.rpartition("_")[2]
    return {layer: f"{layer}_{colour}" for layer in LAYERS}


def schemas_of(slot: str) -> list[str]:
    """The schemas of all layers of a slot."""
    return list(layer_schemas(slot).values())


def empty_slot(cursor: Cursor, slot: str) -> None:
    """Drop what earlier nights left there: a model that is gone, or was not built tonight, must not be published.

    Raises:
        SlotBusy: somebody's view reads the slot.
    """
    try:
        # Views first and all at once: they read each other and the tables.
        for kind, relkinds in {"view": ["v"], "table": ["r", "p"]}.items():
            cursor.execute(
                "select nspname, relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace"
                ' where nspname = any(%s) and relkind = any(%s::"char"[]) order by nspname, relname',
                (schemas_of(slot), relkinds),
            )
            relations = [sql.Identifier(*names) for names in cursor.fetchall()]
            if relations:
                cursor.execute(sql.SQL(f"drop {kind} {{}}").format(sql.SQL(", ").join(relations)))
    except errors.DependentObjectsStillExist as error:
        raise _in_use(slot, error.diag.message_detail or "") from error


def require_only_own_readers(cursor: Cursor, slot: str) -> None:
    """A slot that keeps its tables must be as free of strangers as one that is emptied: dbt replaces with cascade.

    Raises:
        SlotBusy: somebody's view reads the slot.
    """
    cursor.execute(
        "select distinct pg_describe_object('pg_class'::regclass, readers.oid, 0) || ' depends on '"
        " || pg_describe_object('pg_class'::regclass, depended.oid, 0)"
        " from pg_depend"
        " join pg_class as depended on pg_depend.refclassid = 'pg_class'::regclass and refobjid = depended.oid"
        " join pg_rewrite on pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.objid = pg_rewrite.oid"
        " join pg_class as readers on pg_rewrite.ev_class = readers.oid"
        " where depended.relnamespace = any(%(schemas)s::regnamespace[])"
        " and readers.relnamespace <> all(%(schemas)s::regnamespace[]) order by 1",
        {"schemas": schemas_of(slot)},
    )
    found = [description for (description,) in cursor.fetchall()]
    if found:
        raise _in_use(slot, "\n".join(found))


def _in_use(slot: str, found: str) -> SlotBusy:
    return SlotBusy(
        f"slot {slot}",
        expected="views on schema marts only, which survive every switch",
        found=found,
        next_step="let that view read marts instead",
    )
