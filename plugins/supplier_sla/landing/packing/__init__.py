"""gzip and zip: what is in them, within limits."""
