"""From the bytes of one file to its records: one module per format, all behind the protocol of `records.py`."""

from supplier_sla.landing.readers.choose import open_reader
from supplier_sla.landing.readers.records import Batch, BrokenRecord, RecordReader

__all__ = ["Batch", "BrokenRecord", "RecordReader", "open_reader"]
