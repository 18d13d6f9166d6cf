"""The seeded generator of a made-up company's exports: every file a night reads, plus deliberately bad ones.

`generate(SampleOptions(out=...))` writes the files and says what it planted. All names and amounts are invented.
"""

from __future__ import annotations

from supplier_sla.sample.generate import SampleResult, generate
from supplier_sla.sample.options import SampleOptions
from supplier_sla.sample.writer import SampleFile

__all__ = ["SampleFile", "SampleOptions", "SampleResult", "generate"]
