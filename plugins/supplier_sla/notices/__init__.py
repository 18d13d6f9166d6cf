"""Notices to suppliers: numbered once per rule and cause, written to the outbox, mailed at most once per address."""
