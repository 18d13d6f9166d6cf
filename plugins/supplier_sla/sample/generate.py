"""Puts the whole sample together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from supplier_sla.sample.calendars import Calendars
from supplier_sla.sample.city import write_city_file
from supplier_sla.sample.contracts import contract_rows, make_contracts, service_level_rows
from supplier_sla.sample.damage import write_bad_files
from supplier_sla.sample.exclusions import exclusion_rows
from supplier_sla.sample.exports import TicketExports
from supplier_sla.sample.governance.papers import write_papers, write_registers
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.suppliers import make_suppliers, supplier_rows, work_centre_rows
from supplier_sla.sample.terms import fee_rows, penalty_term_rows, score_criterion_rows
from supplier_sla.sample.writer import SampleFile, write_register


@dataclass(frozen=True)
class SampleResult:
    """What was written and what was planted.

    `as_of`: recommended instant of the run. `tickets`: distinct good tickets, city's cases included.
    `bad_rows`: planted bad rows by entity and kind, copies of files not counted twice. `odd_tickets`: tickets that are
    strange but valid, by kind.
    """

    files: tuple[SampleFile, ...]
    as_of: datetime
    tickets: int
    bad_rows: Mapping[str, Mapping[str, int]]
    odd_tickets: Mapping[str, int]

    @property
    def bad_files(self) -> tuple[SampleFile, ...]:
        """Files that a night must refuse as a whole."""
        return tuple(file for file in self.files if file.role == "bad")


def generate(options: SampleOptions) -> SampleResult:
    """Write the sample into `options.out` (made if missing; files of the same names are replaced)."""
    directory = options.out
    directory.mkdir(parents=True, exist_ok=True)
    suppliers = make_suppliers(options)
    calendars = Calendars(options)
    contracts = make_contracts(options, suppliers)
    files = [
        write_register(directory, entity, rows)
        for entity, rows in (
            ("suppliers", supplier_rows(options, suppliers)),
            ("work_centres", work_centre_rows(options, suppliers)),
            ("contracts", contract_rows(options, contracts)),
            ("calendars", calendars.calendar_rows()),
            ("calendar_exceptions", calendars.exception_rows()),
            ("service_levels", service_level_rows(options, contracts)),
            ("penalty_terms", penalty_term_rows(options, contracts)),
            ("fees", fee_rows(options, contracts)),
            ("score_criteria", score_criterion_rows(options)),
        )
    ]
    files += write_registers(directory, options, suppliers, contracts)
    exports = TicketExports(options, suppliers, contracts, calendars)
    files += exports.write_all(directory)
    exclusions = exclusion_rows(options, contracts, exports.first_paused)
    files.append(write_register(directory, "exclusions", exclusions, role="export"))
    files += write_papers(directory, options, suppliers, contracts, exports.noted)
    city_file = write_city_file(directory, options, suppliers, calendars)
    files.append(city_file)
    if options.bad_files:
        files += write_bad_files(directory)
    return SampleResult(
        files=tuple(files),
        as_of=options.as_of,
        tickets=exports.tickets + city_file.rows,
        bad_rows={entity: dict(planted) for entity, planted in exports.bad_rows.items()},
        odd_tickets=dict(exports.oddities),
    )
