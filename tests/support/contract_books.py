"""Contracts with a service level of one hour round the clock each, and so many tickets met and missed in a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.support.register import Row, contract, register, service_level, ticket


@dataclass(frozen=True)
class Book:
    """One contract: its terms, fees by month, and by month the tickets (met, missed) of its level `<name>-level`."""

    name: str
    terms: tuple[Row, ...]
    tickets: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    fees: Mapping[str, str] = field(default_factory=dict)
    contract: Row = field(default_factory=dict)
    level: Row = field(default_factory=dict)
    more_tickets: tuple[Row, ...] = ()

    def rows(self) -> dict[str, list[Row]]:
        """The contract as export rows; a clause without `service_level_id` is about the level, with an empty one not."""
        return {
            "contracts": [contract(contract_id=self.name, **self.contract)],
            "service_levels": [
                service_level(
                    f"{self.name}-level",
                    contract_id=self.name,
                    **{"target_unit": "calendar_minutes", "target_value": "60", "calendar_id": "", **self.level},
                )
            ],
            "penalty_terms": [
                {
                    "service_level_id": f"{self.name}-level",
                    "valid_from": "2020-01-01",
                    **row,
                    "contract_id": self.name,
                    "penalty_term_id": f"{self.name}/{row['penalty_term_id']}",
                }
                for row in self.terms
            ],
            "fees": [
                {"contract_id": self.name, "fee_month": month, "fee_amount": amount, "currency_code": "EUR"}
                for month, amount in self.fees.items()
            ],
            "tickets": [*self._tickets(), *({**row, "contract_id": self.name} for row in self.more_tickets)],
        }

    def _tickets(self) -> list[Row]:
        return [
            ticket(
                f"{self.name}-{month}-{number}",
                f"{month}-12T08:00:00Z",
                contract_id=self.name,
                # Half an hour keeps the promise, two hours and a half break it.
                resolved_at=f"{month}-12T{10 if number < missed else 8:02}:30:00Z",
            )
            for month, (met, missed) in self.tickets.items()
            for number in range(met + missed)
        ]


def exports_of(books: Iterable[Book], **entities: list[Row]) -> dict[str, list[Row]]:
    """All books as the exports of one night, with further rows of the given entities."""
    exports: dict[str, list[Row]] = {entity: list(rows) for entity, rows in entities.items()}
    for book in books:
        for entity, rows in book.rows().items():
            exports.setdefault(entity, []).extend(rows)
    return register(**exports)
