"""The proposal: a source profile in YAML, with what was seen and what is left to decide as comments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supplier_sla.errors import SupplierSlaError
from supplier_sla.landing.profiles.profile import SourceProfile, load_profiles
from supplier_sla.landing.timestamps import ISO8601
from supplier_sla.landing.yaml_model import TO_DO, parse_yaml, to_do_keys
from supplier_sla.new_source.beginning import read_beginning
from supplier_sla.new_source.columns import SeenColumn, see_columns
from supplier_sla.new_source.fitting import Fit, fits, normalized, shipped_readings
from supplier_sla.new_source.formats import FormatChoice, choose_formats
from supplier_sla.new_source.layout import MOST_RECORDS, Layout, find_layout
from supplier_sla.terminal import harmless

LOWEST_ENTITY_SCORE = 0.4
LONGEST_SHOWN = 60
MOST_CODES_SHOWN = 12

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*[A-Za-z0-9_]\Z")
_NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_OF_PEOPLE = re.compile(
    r"\b(by|to|caller|user|author|assignee|reporter|requester|agent|name|e?mail|phone)\b|人|姓名|电话"
)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_EXPORT_DATE = r"[._-](\d{4}-\d{2}-\d{2}(?:T\d{6}Z)?)(?=[._-])"


class NameNotUsable(SupplierSlaError):
    """The name for the profile is none that a profile can have."""


@dataclass(frozen=True)
class Proposal:
    """YAML to start from; `to_do` are the keys that a person has to fill in before it loads."""

    text: str
    to_do: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is left to do, on one line."""
        if not self.to_do:
            return "the profile loads as it is; read it before it is used"
        return f"{len(self.to_do)} to decide before the profile loads: {', '.join(self.to_do)}"


def propose(path: Path, *, name: str | None = None) -> Proposal:
    """Read the beginning of a file and propose how to read it.

    Raises:
        FileRefused: the file cannot be read at all; it says why.
        NameNotUsable: the given name.
    """
    if name is not None and not _NAME.match(name):
        raise NameNotUsable(
            "the name of the profile", expected="lower-case letters, digits and _, a letter first", found=name
        )
    beginning = read_beginning(path)
    layout = find_layout(beginning)
    seen = see_columns(layout.columns, layout.records)
    ranked = fits(seen, beginning.name)
    name = name or _profile_name(beginning.name)
    text = "\n".join(_lines(name, beginning.name, layout, seen, ranked, is_whole=beginning.is_whole)) + "\n"
    content = parse_yaml(text)
    to_do = to_do_keys(content)
    if not to_do:
        SourceProfile.model_validate(content)
    return Proposal(text, to_do)


def _lines(
    name: str, file_name: str, layout: Layout, seen: Sequence[SeenColumn], ranked: Sequence[Fit], *, is_whole: bool
) -> Iterator[str]:
    best = ranked[0]
    part = "all" if is_whole and len(layout.records) < MOST_RECORDS else "the first"
    yield f"# Proposed from {part} {len(layout.records):,} records of {_shown(file_name)}. Read every line of it."
    yield f"# {TO_DO} is what nobody can see in the file: the profile does not load before a person has decided it."
    for remark in layout.remarks:
        yield f"# Note: {_shown(remark, 200)}"
    if layout.broken_count:
        yield f"# Note: {layout.broken_count:,} further records could not be read; they would go to quarantine."
    for reading in shipped_readings(layout.columns, layout.options["format"]):
        yield f"# A profile that is there already reads such columns: {reading}."
    yield f"name: {name}"
    yield f"description: {_quoted(f'Exports such as {file_name}.')}"
    yield "files:"
    yield f"  - pattern: {_quoted(_pattern(file_name))}  # which file names"
    others = ", ".join(f"{fit.contract.entity} {fit.score:.2f}" for fit in ranked[1:3])
    if best.score >= LOWEST_ENTITY_SCORE:
        yield f"    entity: {best.contract.entity}  # {best.score:.2f}; next: {others}"
    else:
        yield f"    entity: {TO_DO}  # nothing fits well; {best.contract.entity} {best.score:.2f}, {others}"
    for option, value in layout.options.items():
        yield f"    {option}: {_scalar(value)}"
    yield from _times(seen, best)
    yield from _null_marks(seen)
    if re.search(_EXPORT_DATE, file_name):
        yield f"    exported_at: {_quoted(_EXPORT_DATE)}"
    yield "    columns:"
    for column in best.contract.columns:
        if column.name in best.columns:
            source, score = best.columns[column.name]
            yield from _column(best, column.name, source, score)
    for column in best.missing:
        hint = f"; one of {', '.join(column.allowed)}" if column.allowed else ""
        wanted = f"required, nothing looks like it: {_shown(column.description, 100)}{hint}"
        yield f"      {column.name}: {TO_DO}  # {wanted}"
    yield from _left_over(seen, best)


def _times(seen: Sequence[SeenColumn], fit: Fit) -> Iterator[str]:
    used = [source for source, _ in fit.columns.values() if source.kind == "timestamp"]
    times = used or [column for column in seen if column.kind == "timestamp"]
    if not times:
        return
    local = [column for column in times if column.timestamps.has_local]
    if local:
        names = ", ".join(_shown(column.name) for column in local[:3])
        yield f"    zone: {TO_DO}  # local times without an offset ({names}): an IANA zone, such as Europe/Berlin"
    else:
        yield "    zone: null  # every timestamp carries its offset"
    # Every column of the file is evidence for which number is the day.
    choice = choose_formats(column.timestamps for column in seen if column.kind == "timestamp")
    formats = [pattern for pattern in choice.decided if any(column.timestamps.fits[pattern] for column in times)]
    open_pairs = [
        pair
        for pair in (*choice.undecided, *choice.contradicting)
        if any(column.timestamps.fits[pattern] for column in times for pattern in pair)
    ]
    listed = [_quoted(pattern) if pattern != ISO8601 else pattern for pattern in formats]
    comment = "in order of fit"
    if open_pairs:
        listed += [TO_DO] * len(open_pairs)
        comment = (
            f"{_why_open(choice)}: {'; '.join(f'{_quoted(day)} or {_quoted(month)}' for day, month in open_pairs)}"
        )
    yield f"    timestamp_formats: [{', '.join(listed)}]  # {comment}"


def _why_open(choice: FormatChoice) -> str:
    if choice.contradicting:
        return "days above 12 stand in both places; find out which"
    return "no day above 12 was seen, so either may be meant"


def _null_marks(seen: Sequence[SeenColumn]) -> Iterator[str]:
    marks = sorted({mark for column in seen for mark in column.null_marks})
    if marks:
        count = sum(bool(column.null_marks) for column in seen)
        yield f"    null_marks: [{', '.join(_quoted(mark) for mark in ['', *marks])}]  # seen in {count} columns"


def _column(fit: Fit, name: str, source: SeenColumn, score: float) -> Iterator[str]:
    column = fit.contract.column_by_name[name]
    comment = f"# {score:.2f}"
    if source.kind == "empty":
        comment += ", but empty in these records"
    optional = "" if column.required else ", optional: true"
    if name == "source_verdict":
        yield from _verdict(source, comment)
        return
    codes = _known_codes(fit.contract.entity, name) if column.type == "code" else {}
    if column.type != "code" or (not codes and not column.allowed) or not source.counts:
        if column.required:
            yield f"      {name}: {_scalar(source.name)}  {comment}"
        else:
            yield f"      {name}: {{from: {_scalar(source.name)}{optional}}}  {comment}"
        return
    known = {value: codes[normalized(value)] for value in source.counts if normalized(value) in codes}
    unknown = [value for value in source.counts if value not in known]
    yield f"      {name}:  {comment}"
    yield f"        from: {_scalar(source.name)}"
    if not column.required:
        yield "        optional: true"
    if column.allowed:
        known |= dict.fromkeys(unknown, TO_DO)
    if known:
        yield "        codes:"
        for value, code in known.items():
            allowed = f", one of {', '.join(column.allowed)}" if column.allowed and code == TO_DO else ""
            yield f"          {_quoted(value)}: {_scalar(code)}  # {source.counts[value]:,} records{allowed}"
        if not column.allowed:
            yield "        unknown_code: keep"
    if unknown and not column.allowed:
        listed = ", ".join(f"{_shown(value)} ({source.counts[value]:,})" for value in unknown[:MOST_CODES_SHOWN])
        more = f" and {len(unknown) - MOST_CODES_SHOWN:,} more" if len(unknown) > MOST_CODES_SHOWN else ""
        yield f"        # Not known, kept as codes of their own: {listed}{more}"


def _verdict(source: SeenColumn, comment: str) -> Iterator[str]:
    """What the tool thinks of its own clock: a truth whose meaning its name tells, or words that a person explains."""
    if source.kind == "truth":
        is_breach = any(word in normalized(source.name) for word in ("breach", "late", "overdue", "超时"))
        pair = "[breached, met]" if is_breach else "[met, breached]"
        given = f"from: {_scalar(source.name)}, truth: {pair}, optional: true"
        yield f"      source_verdict: {{{given}}}  {comment}; the codes of true and of false"
        return
    yield f"      source_verdict:  {comment}"
    yield f"        from: {_scalar(source.name)}"
    yield "        optional: true"
    yield "        codes:"
    for value, count in list(source.counts.items())[:MOST_CODES_SHOWN]:
        yield f"          {_quoted(value)}: {TO_DO}  # {count:,} records; met or breached"


def _left_over(seen: Sequence[SeenColumn], fit: Fit) -> Iterator[str]:
    taken = {source.name for source, _ in fit.columns.values()}
    left = [column for column in seen if column.name not in taken]
    if left:
        yield "    # Columns that nobody asks for; they are kept as JSON."
        yield "    # Those with names, addresses and texts of people belong under not_kept."
    for column in left[:200]:
        yield f"    #   {_shown(column.name)}: {_described(column)}"
    if len(left) > 200:
        yield f"    #   and {len(left) - 200:,} more"


def _described(column: SeenColumn) -> str:
    """Its kind; values only of codes, because other texts may be anybody's."""
    if column.kind in ("code", "truth") and not _OF_PEOPLE.search(normalized(column.name)):
        listed = ", ".join(
            f"{_shown(value)} ({count:,})"
            for value, count in sorted(column.counts.items(), key=lambda found: -found[1])[:MOST_CODES_SHOWN]
        )
        return f"{column.kind}: {listed}"
    if column.kind == "list" and next(iter(column.counts)).startswith("[{"):
        return f"a list of objects; `each: {_shown(column.name)}[]` reads its elements as records of another entity"
    return f"{column.kind}, {len(column.counts):,} values in {column.filled_count:,} records"


def _known_codes(entity: str, name: str) -> Mapping[str, str]:
    """What the shipped profiles know of codes of a column; ones that they do not agree on are not known."""
    meanings: dict[str, set[str]] = {}
    for profile in load_profiles():
        for file_profile in profile.files:
            source = (file_profile.columns or {}).get(name)
            if source is not None and source.codes and file_profile.entity in (entity, "tickets"):
                for code, meaning in source.codes.items():
                    meanings.setdefault(normalized(code), set()).add(meaning)
    return {code: meaning for code, (meaning, *more) in ((c, sorted(m)) for c, m in meanings.items()) if not more}


def _profile_name(file_name: str) -> str:
    words = re.findall(r"[a-z]+", Path(file_name).name.partition(".")[0].casefold())
    return "_".join(words)[:40].strip("_") or "new_source"


def _pattern(file_name: str) -> str:
    """The file name with whatever looks like a date or a number left open."""
    stem, dot, suffix = file_name.rpartition(".")
    if not dot:
        stem, suffix = file_name, ""
    open_stem = re.sub(r"[0-9][0-9T:Z._-]*", "*", re.sub(r"[\[\]?*]", "?", stem))
    open_stem = re.sub(r"[\x00-\x1f\x7f]", "?", open_stem)
    return re.sub(r"\*+", "*", f"{open_stem}*{dot}{suffix}")


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    is_plain = _PLAIN.match(value) and value.casefold() not in _NOT_PLAIN
    return str(value) if is_plain or re.fullmatch(r"[a-z0-9-]+[a-z][a-z0-9-]*", value) else _quoted(value)


def _quoted(text: str) -> str:
    """A YAML text in double quotes, whatever is in it."""
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign == " " or (sign.isprintable() and sign != "\ufeff"):
        return sign
    code = ord(sign)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    """For a comment: one line that no text can leave."""
    return harmless(text if len(text) <= longest else f"{text[:longest]}…")
