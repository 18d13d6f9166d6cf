"""Who holds a ticket while it waits: parts on order are the supplier's own affair, everything else on hold is not."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.sample.governance.timeline import Timeline

_PARTIES = (
    ("waiting_customer", "", "customer"),
    ("waiting_customer", "parts_on_order", "supplier"),
    ("on_hold", "", "customer"),
    ("on_hold", "parts_on_order", "supplier"),
    ("waiting_third_party", "", "other"),
)


def holding_party_rows(timeline: Timeline) -> Iterator[dict[str, str]]:
    """Rows of `holding_parties`, the same under every contract."""
    for state, reason, party in _PARTIES:
        yield {
            "state_code": state,
            "reason_code": reason,
            "party_code": party,
            "clause": "Annex 2 §6",
            "valid_from": timeline.contract_start,
        }
