"""Great Expectations at the two doors: what comes in, delivery by delivery, and what goes out, before the switch."""

from supplier_sla.quality.door_in import DoorVerdict, LandedDelivery, check_door_in, refuse_deliveries
from supplier_sla.quality.door_out import check_door_out
from supplier_sla.quality.failed_expectation import FailedExpectation

__all__ = ["DoorVerdict", "FailedExpectation", "LandedDelivery", "check_door_in", "check_door_out", "refuse_deliveries"]
