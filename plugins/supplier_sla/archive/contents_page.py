"""The table of contents as a page in both languages; it needs no program and loads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment

from supplier_sla.archive.members import Member

_TEMPLATE = Environment(autoescape=True, keep_trailing_newline=True).from_string(
    Path(__file__).with_name("contents.html.j2").read_text(encoding="utf-8")
)


def contents_page(
    members: Sequence[Member],
    *,
    supplier_id: str,
    supplier_name: str,
    supplier_name_zh: str | None,
    as_of: str,
    publication_id: int,
) -> bytes:
    """The page as UTF-8; names and descriptions are escaped."""
    page = _TEMPLATE.render(
        members=members,
        supplier_id=supplier_id,
        supplier_name=supplier_name,
        supplier_name_zh=supplier_name_zh,
        as_of=as_of,
        publication_id=publication_id,
    )
    return page.encode("utf-8")
