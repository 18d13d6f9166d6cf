"""Markdown that survives foreign text, and templates whose marks are all filled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from supplier_sla.errors import SupplierSlaError

CODE_SPAN = re.compile(r"(`+[^`]+`+)")
MARK = re.compile(r"^<!-- insert: (?P<name>[a-z_]+) -->$", re.MULTILINE)


class TemplateUnfilled(SupplierSlaError):
    """A template and the code that fills it name different marks."""


def prose(text: str) -> str:
    """One line in which `<` is shown as it stands; inside code spans nothing has to be done for that."""
    parts = CODE_SPAN.split(" ".join(text.split()))
    return "".join(part if part.startswith("`") else part.replace("<", "\\<") for part in parts)


def cell(text: str) -> str:
    """One table cell: no line break, and no bar that would end it."""
    return prose(text).replace("|", "\\|")


def code(text: str) -> str:
    """Inline code for a table cell or a sentence; empty text stays empty."""
    if not text:
        return ""
    fence = "``" if "`" in text else "`"
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{' '.join(text.split())}{blank}{fence}"


def code_block(text: str, language: str = "text") -> str:
    """A fenced block that holds the text as it is."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", text)), 3)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; every row has as many cells as the header."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def bullets(sentences: Iterable[str]) -> str:
    """A list, one sentence per point."""
    return "\n".join(f"- {prose(sentence)}" for sentence in sentences)


def filled(template: str, parts: Mapping[str, str]) -> str:
    """The template with each `<!-- insert: name -->` line replaced by its part.

    Raises:
        TemplateUnfilled: a mark without a part, a part without a mark, or a mark twice.
    """
    marks = [found["name"] for found in MARK.finditer(template)]
    if sorted(marks) != sorted(parts):
        raise TemplateUnfilled(
            "marks of a page template",
            expected=", ".join(sorted(parts)),
            found=", ".join(sorted(marks)),
            next_step="give template and page module the same names",
        )
    return MARK.sub(lambda found: parts[found["name"]], template)
