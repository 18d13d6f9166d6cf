"""A past night built again from raw alone, beside the slots, and compared with what was published then."""
