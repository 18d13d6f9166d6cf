"""Accounting periods: in which month a ledger line is booked."""
