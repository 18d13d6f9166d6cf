"""The front page of the Data Docs: Great Expectations writes one site per door, people want one address."""

from __future__ import annotations

from pathlib import Path

DOORS = {
    "door_in": "Door in: tonight's deliveries",
    "door_out": "Door out: the tables that readers were given",
}


def write_front_page(docs: Path) -> Path:
    """Write `docs`/index.html with a link to each door that has pages; returns its path."""
    items = "\n".join(
        f'<li><a href="{door}/index.html">{label}</a></li>'
        for door, label in DOORS.items()
        if (docs / door / "index.html").exists()
    )
    page = docs / "index.html"
    page.write_text(
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Data Docs</title></head>\n'
        f"<body>\n<h1>Data Docs of the last night</h1>\n<ul>\n{items}\n</ul>\n</body>\n</html>\n",
        encoding="utf-8",
    )
    return page
