"""The smallest set of register rows that lets tickets be measured; tests add what their case is about."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

SUPPLIER = {"supplier_id": "S1", "supplier_name": "Acme", "supplier_name_zh": "极致服务", "category_code": "it"}
WORK_CENTRE = {"work_centre_id": "WC1", "supplier_id": "S1"}


def contract(**changes: Any) -> Row:
    """One contract of supplier S1 in UTC and EUR."""
    return {
        "contract_id": "C1",
        "supplier_id": "S1",
        "currency_code": "EUR",
        "time_zone": "UTC",
        "valid_from": "2020-01-01",
        **changes,
    }


def service_level(service_level_id: str = "RES", **changes: Any) -> Row:
    """Opened to resolved, 480 business minutes of calendar OFFICE."""
    return {
        "service_level_id": service_level_id,
        "contract_id": "C1",
        "clause": "4.1",
        "metric_code": "resolution_time",
        "start_event": "opened",
        "stop_event": "resolved",
        "pause_states": "waiting_customer;on_hold",
        "target_unit": "business_minutes",
        "target_value": "480",
        "calendar_id": "OFFICE",
        "attainment_target": "0.95",
        "valid_from": "2020-01-01",
        **changes,
    }


def calendar(calendar_id: str = "OFFICE", hours: str = "09:00-17:00", time_zone: str = "UTC", **changes: Any) -> Row:
    """Monday to Friday the same hours, closed at the weekend."""
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return {
        "calendar_id": calendar_id,
        "time_zone": time_zone,
        **dict.fromkeys(weekdays, hours),
        "valid_from": "2020-01-01",
        "published_until": "2028-01-01",
        **changes,
    }


def ticket(ticket_id: str, opened_at: str, **changes: Any) -> Row:
    """A ticket of work centre WC1."""
    return {"ticket_id": ticket_id, "work_centre_id": "WC1", "opened_at": opened_at, **changes}


def event(ticket_id: str, event_at: str, event_type: str, **changes: Any) -> Row:
    """One change of a ticket."""
    return {"ticket_id": ticket_id, "event_at": event_at, "event_type": event_type, **changes}


def register(**entities: list[Row]) -> dict[str, list[Row]]:
    """The register with the given entities in place of the smallest ones."""
    return {
        "suppliers": [SUPPLIER],
        "work_centres": [WORK_CENTRE],
        "contracts": [contract()],
        "service_levels": [service_level()],
        "calendars": [calendar()],
        **entities,
    }
