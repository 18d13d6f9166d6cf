"""Which page is made by which module, and whether what stands in `docs/` is what would be made now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from supplier_sla.docs import exports_page, extracts_page, governance_page, marts_page, penalties_page
from supplier_sla.settings import REPOSITORY

DOCS = REPOSITORY / "docs"

PAGES: Mapping[str, Callable[[], str]] = {
    "exports.md": exports_page.render,
    "extracts.md": extracts_page.render,
    "governance.md": governance_page.render,
    "marts.md": marts_page.render,
    "penalties.md": penalties_page.render,
}


def write_pages(folder: Path = DOCS, pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Write every page into `folder`; the names of those that changed."""
    changed = stale_pages(folder, pages)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        (folder / name).write_text(pages[name](), encoding="utf-8")
    return changed


def stale_pages(folder: Path = DOCS, pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Names of the pages that are missing in `folder` or differ from what would be written now."""
    return [name for name, render in pages.items() if _text(folder / name) != render()]


def _text(path: Path) -> str | None:
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else None
