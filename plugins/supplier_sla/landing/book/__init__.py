"""The book of deliveries, `ops.delivery` and what hangs on it."""
