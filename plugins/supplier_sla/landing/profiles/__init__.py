"""Source profiles: how a tool's files are read."""
