"""How an extract is put into files: one module per layout, each with the table of its columns."""

from __future__ import annotations

from collections.abc import Mapping

from supplier_sla.extracts.layouts.layout import Layout
from supplier_sla.extracts.layouts.oracle_ap import ORACLE_AP
from supplier_sla.extracts.layouts.plain_csv import PLAIN_CSV
from supplier_sla.extracts.layouts.sap import SAP
from supplier_sla.extracts.layouts.workbook import WORKBOOK

LAYOUTS: Mapping[str, Layout] = {layout.code: layout for layout in (PLAIN_CSV, WORKBOOK, ORACLE_AP, SAP)}
