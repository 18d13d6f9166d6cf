"""Landing folder to `raw`: nothing lost, nothing counted twice. See README.md in this folder."""

from supplier_sla.landing.folder import LandingBusy, LandingFailed, land_exports
from supplier_sla.landing.outcome import Counts, DeliveryOutcome, LandingReport

__all__ = ["Counts", "DeliveryOutcome", "LandingBusy", "LandingFailed", "LandingReport", "land_exports"]
