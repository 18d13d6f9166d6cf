"""Scorecards as they were published: frozen, chained, revised only with a reason."""
