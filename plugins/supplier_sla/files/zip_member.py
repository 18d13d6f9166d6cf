"""Members of a ZIP file that are the same bytes whenever, wherever and with whatever compressor they are written."""

from __future__ import annotations

import zipfile

# ZIP knows no time before this one.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def unchanging_member(name: str) -> zipfile.ZipInfo:
    """The entry of a member: no clock, no name of a system, stored as it is."""
    member = zipfile.ZipInfo(name, _NO_TIME)
    member.create_system = 3  # else it would say which system wrote it
    # Compressed bytes depend on the version of the compressor.
    member.compress_type = zipfile.ZIP_STORED
    return member
