"""Processed files on their way to an archive."""
