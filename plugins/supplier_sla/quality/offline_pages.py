"""Makes the pages of Great Expectations open without a network: nothing is loaded from the web, one style is inside."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

STYLE_SHEET = Path(__file__).parent / "data_docs.css"

# Values stand in pages escaped, so none of these can begin inside one. The scripts need libraries from the web and
# serve filters and charts; what there is to read is in the HTML.
_SCRIPTS = re.compile(r"<script\b.*?</script\s*>", re.IGNORECASE | re.DOTALL)
_STYLES = re.compile(r"<style\b.*?</style\s*>", re.IGNORECASE | re.DOTALL)
_LINKS = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_IMAGES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)


def style() -> str:
    """The style as an element of a page's head."""
    return f"<style>\n{STYLE_SHEET.read_text(encoding='utf-8')}</style>\n"


def make_offline(docs: Path) -> None:
    """Rewrite every page below `docs`, and drop the fonts and pictures that they no longer show."""
    element = style()
    for page in docs.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for pattern in (_SCRIPTS, _STYLES, _LINKS, _IMAGES):
            text = pattern.sub("", text)
        page.write_text(_HEAD_END.sub(lambda end: element + end[0], text, count=1), encoding="utf-8")
    shutil.rmtree(docs / "static", ignore_errors=True)
