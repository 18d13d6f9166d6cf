"""What leaves for finance: numbered files with control totals, the same bytes for the same number, for ever."""
