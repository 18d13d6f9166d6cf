"""What was said to finance: append-only lines, chained by hash, whose sum is what is owed, always."""
