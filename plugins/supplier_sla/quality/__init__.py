"""Great Expectations at the doors: what comes in, what readers are given, what finance is sent."""

from supplier_sla.quality.door_in import DoorVerdict, LandedDelivery, check_door_in, refuse_deliveries
from supplier_sla.quality.door_out import check_door_out
from supplier_sla.quality.failed_expectation import FailedExpectation

__all__ = ["DoorVerdict", "FailedExpectation", "LandedDelivery", "check_door_in", "check_door_out", "refuse_deliveries"]
