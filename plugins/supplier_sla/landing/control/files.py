"""Control files at work: which file is one, what it states, and whether the delivered file keeps to it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from supplier_sla.landing.control.profile import ControlProfile
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.outcome import Counts
from supplier_sla.landing.profiles.profile import SourceProfile
from supplier_sla.landing.refusal import FileRefused, printable

LARGEST_CONTROL_FILE = 1 << 20


@dataclass(frozen=True)
class Control:
    """A control file that was read: its name, the hash of its content, and the text under each key."""

    profile: ControlProfile
    file_name: str
    content_sha256: str
    stated: Mapping[str, str]

    def text(self, key: str) -> str:
        """What stands under `key`; raises FileRefused where nothing does."""
        value = self.stated.get(key, "").strip()
        if not value:
            raise FileRefused(f"control file {self.file_name}", expected=f"a value under {key}", found="none")
        return value


def data_names_of_control(file: LandedFile, profiles: Iterable[SourceProfile]) -> list[str] | None:
    """None: the file is no control file. Else the names of the data files beside it that it speaks of, often one."""
    claims = [
        file_profile
        for profile in profiles
        for file_profile in profile.files
        if file_profile.control is not None and file_profile.control.could_name(file.path.name)
    ]
    if not claims or file.is_one_of_several:
        return None
    beside = [path.name for path in file.neighbours() if path.name != file.path.name]
    return sorted(
        name
        for name in beside
        if any(
            claim.control is not None
            and claim.control.name_for(name).casefold() == file.path.name.casefold()
            and fnmatchcase(_plain_name(name), claim.pattern.casefold())
            for claim in claims
        )
    )


def read_control(file: LandedFile, profile: ControlProfile) -> Control | None:
    """The control file beside `file` (beside the archive, for one of several in it); None where there is none.

    Raises:
        FileRefused: it cannot be read as its profile says.
    """
    wanted = control_name(file, profile).casefold()
    path = next((path for path in file.neighbours() if path.name.casefold() == wanted), None)
    if path is None or path.is_symlink() or not path.is_file():
        return None
    content = _read(path)
    return Control(profile, path.name, hashlib.sha256(content).hexdigest(), _stated(content, path.name, profile))


def trailer_control(line: bytes, profile: ControlProfile) -> Control:
    """What the last line of a file states; raises FileRefused where it is no trailer."""
    text = line.decode("utf-8", "surrogateescape")
    match = re.fullmatch(profile.trailer or "", text)
    if match is None:
        raise FileRefused(
            "the last line",
            expected=f"a trailer that fits {profile.trailer}",
            found=printable(text) or "nothing",
            next_step="have the file sent again, it may be cut off",
        )
    stated = {key: value or "" for key, value in match.groupdict().items()}
    return Control(profile, "(the last line)", hashlib.sha256(line).hexdigest(), stated)


def control_name(file: LandedFile, profile: ControlProfile) -> str:
    """The name that the control file of `file` must have."""
    return profile.name_for(PurePosixPath(file.member or "").name if file.is_one_of_several else file.path.name)


def check_hash(control: Control, file: LandedFile) -> None:
    """Before the file is read; raises FileRefused where it is not the one that was sent."""
    if control.profile.sha256:
        stated = control.text(control.profile.sha256).casefold()
        if stated != file.content_sha256:
            raise _mismatch(control, "SHA-256", stated, file.content_sha256)


def check_content(cursor: Cursor, control: Control, counts: Counts) -> None:
    """After the file was read, in the transaction that loads it; raises FileRefused where it keeps not to it.

    Reads the table `incoming` of load.py: every record that has the columns of the header, good or bad.
    """
    profile = control.profile
    if profile.row_count:
        stated_count = control.text(profile.row_count)
        if stated_count.replace(",", "") != str(counts.rows_in_file + counts.rows_elsewhere):
            raise _mismatch(control, "rows", stated_count, str(counts.rows_in_file + counts.rows_elsewhere))
    for column, key in profile.sums.items():
        stated_sum = _number(control, key)
        (total,) = _figures(cursor, _SUM, column)
        if Decimal(total or 0) != stated_sum:
            raise _mismatch(control, f"the sum of {column}", f"{stated_sum}", total or "0")
    if profile.period:
        earliest, latest = _figures(cursor, _PERIOD, profile.period.column)
        for period_key, figure, sign in ((profile.period.first, earliest, ">="), (profile.period.last, latest, "<=")):
            if period_key is not None and figure is not None and not _holds(cursor, control, period_key, figure, sign):
                raise _mismatch(control, profile.period.column, f"{sign} {control.text(period_key)}", figure)


# Casts only where they can succeed: what is no number or no instant goes to quarantine for itself.
_SUM = "select sum(case when pg_input_is_valid({column}, 'numeric') then {column}::numeric end)::text from incoming"
_PERIOD = """
select min(at)::text, max(at)::text
from (
    select case when pg_input_is_valid({column}, 'timestamptz') then {column}::timestamptz end as at from incoming
) as instants
"""


def _figures(cursor: Cursor, query: str, column: str) -> tuple[str | None, ...]:
    cursor.execute(sql.SQL(query).format(column=sql.Identifier(column)))
    return tuple(cursor.fetchone() or ())


def _holds(cursor: Cursor, control: Control, key: str, figure: str, sign: str) -> bool:
    """Whether the instant `figure` is not before, or not after, the one that stands under `key`."""
    stated = control.text(key)
    cursor.execute("select pg_input_is_valid(%s, 'timestamptz')", (stated,))
    if not (cursor.fetchone() or (False,))[0]:
        raise FileRefused(f"control file {control.file_name}, {key}", expected="an instant", found=printable(stated))
    cursor.execute(
        sql.SQL("select %s::timestamptz {} %s::timestamptz").format(sql.SQL(sign)),
        (figure, stated),
    )
    return bool((cursor.fetchone() or (False,))[0])


def _number(control: Control, key: str) -> Decimal:
    stated = control.text(key)
    try:
        number = Decimal(stated)
    except ArithmeticError:
        number = Decimal("NaN")
    if not number.is_finite():
        raise FileRefused(f"control file {control.file_name}, {key}", expected="a number", found=stated[:200])
    return number


def _mismatch(control: Control, what: str, stated: str, found: str) -> FileRefused:
    return FileRefused(
        f"{what}, as control file {control.file_name} has it",
        expected=printable(stated),
        found=printable(found),
        next_step="have the file sent again, or the control file where that is wrong",
    )


def _plain_name(name: str) -> str:
    """The name by which a profile's pattern knows a packed file."""
    folded = name.casefold()
    return folded.removesuffix(".gz")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        content = stream.read(LARGEST_CONTROL_FILE + 1)
    if len(content) > LARGEST_CONTROL_FILE:
        raise FileRefused(f"control file {path.name}", expected=f"{LARGEST_CONTROL_FILE:,} bytes at most", found="more")
    return content


def _stated(content: bytes, name: str, profile: ControlProfile) -> dict[str, str]:
    try:
        text = content.decode("utf-8-sig")
        if profile.format == "json":
            return _flat(json.loads(text, parse_float=str, parse_int=str))
        if profile.format == "csv":
            header, row = (line for line in csv.reader(io.StringIO(text)) if any(line))
            return dict(zip(header, row, strict=True))
    except (ValueError, RecursionError) as error:
        shape = {"json": "JSON", "csv": "CSV with a header and one row"}.get(profile.format, "lines of key=value")
        raise FileRefused(f"control file {name}", expected=f"{shape} in UTF-8", found=str(error)[:200]) from error
    lines = (line.replace(":", "=", 1) if "=" not in line else line for line in text.splitlines())
    return {key.strip(): value.strip() for key, is_pair, value in (line.partition("=") for line in lines) if is_pair}


def _flat(value: object, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {key: text for name, part in value.items() for key, text in _flat(part, f"{path}{name}.").items()}
    return {path.removesuffix("."): "" if value is None else str(value)}
