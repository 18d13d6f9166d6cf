"""Which remote names are no deliveries. Names come from somebody else's server and are never used as local paths."""

from __future__ import annotations

from supplier_sla.landing.packing.archives import reason_to_leave_alone

LONGEST_NAME_BYTES = 255  # of a file on Linux


def reason_to_leave_remote_alone(relative: str) -> str | None:
    """Why a file at this path below the landing is no delivery, or None."""
    parts = relative.split("/")
    if relative.startswith("/"):
        return "absolute name"
    if ".." in parts or "." in parts:
        return "name that leaves the landing"
    if "" in parts or "\0" in relative:
        return "name with an empty part"
    for part in parts:
        if reason := reason_to_leave_alone(part):
            return reason if part == parts[-1] else f"in a folder that is left alone: {reason}"
    if len(parts[-1].encode("utf-8", "surrogateescape")) > LONGEST_NAME_BYTES:
        return f"name of more than {LONGEST_NAME_BYTES} bytes"
    return None
