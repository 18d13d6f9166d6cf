"""Accounting periods: which one is open, what closing seals, and what a month has to accrue."""
