"""Who changes tickets: the company's dispatcher and requesters, and the agents of each supplier."""

from __future__ import annotations

from collections.abc import Iterator

from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.stories import Event, Story
from supplier_sla.sample.suppliers import BAD, Supplier

DISPATCHER = "desk-of-dispatchers"
REQUESTER = "desk-of-requesters"

_AGENTS = 7


def actor_of(story: Story, event: Event) -> str:
    """Who made a change. Pauses are set by the dispatcher; only a bad supplier stops its own clock."""
    if event.type in ("opened", "assigned"):
        return DISPATCHER
    if event.type == "requester_commented":
        return REQUESTER
    supplier = story.contract.supplier
    is_pause = event.type == "paused" or event.state == "waiting_customer"
    if is_pause and supplier.behaviour is not BAD:
        return DISPATCHER
    return _agent(supplier, story.opened_at % _AGENTS + 1)


def actor_rows(options: SampleOptions, suppliers: tuple[Supplier, ...]) -> Iterator[dict[str, str]]:
    """Rows of `actors`: for whom each of them works, since the contracts began."""
    valid_from = options.contract_start.isoformat()
    for actor_id in (DISPATCHER, REQUESTER):
        yield {"actor_id": actor_id, "party_code": "customer", "valid_from": valid_from}
    for supplier in suppliers:
        # The city's tool names no actor.
        for number in range(1, 0 if supplier.delivers_city_shape else _AGENTS + 1):
            yield {
                "actor_id": _agent(supplier, number),
                "party_code": "supplier",
                "supplier_id": supplier.supplier_id,
                "valid_from": valid_from,
            }


def _agent(supplier: Supplier, number: int) -> str:
    return f"agent-{supplier.key}-{number}"
