"""A slow clock to hold the product against: `measure(exports, as_of)` gives every row that fct_ticket_sla should have.

It reads the same export rows, walks through each ticket event by event and through the time between two events minute
by minute with `zoneinfo`. It shares no code and no idea with the models: no segments, no running sums, no offsets.
"""

from tests.support.reference.measure import measure
from tests.support.reference.reading import Reading

__all__ = ["Reading", "measure"]
