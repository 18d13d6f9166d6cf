"""Measurements of the product, no part of it: `scripts/benchmark` runs them, nothing in plugins/ imports them."""
