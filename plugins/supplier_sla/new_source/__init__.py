"""Reads the beginning of an unknown tool's file and proposes a source profile: `scripts/new_source FILE`."""
