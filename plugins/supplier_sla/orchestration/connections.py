"""Credentials of remote landings, from Airflow's connections. Asked inside a task only; nothing is kept."""

from __future__ import annotations

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.remote.configuration import RemoteLanding
from supplier_sla.landing.remote.connection_options import ConnectionFields, storage_options
from supplier_sla.landing.remote.hiding import StorageOptions


class ConnectionMissing(SupplierSlaError):
    """Airflow has no connection of the id that a remote landing names."""


def storage_options_of(landing: RemoteLanding) -> StorageOptions:
    """fsspec's options for `landing`; none where it names no connection.

    Raises:
        ConnectionMissing: there is no such connection. ConnectionUnfit: it does not suit the landing.
    """
    if landing.connection is None:
        return StorageOptions()
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        found = Connection.get(landing.connection)
    except AirflowNotFoundException:
        raise ConnectionMissing(
            f"landing {landing.name}",
            expected=f"an Airflow connection {landing.connection}",
            found="none",
            next_step=f"airflow connections add {landing.connection}, or set AIRFLOW_CONN_{landing.connection.upper()}",
        ) from None
    fields = ConnectionFields(found.host, found.port, found.login, found.password, found.extra_dejson)
    return storage_options(landing, fields)
