"""From decoded JSON objects to records, whether they stood on lines or in one document.

Values inside objects are addressed by dotted path. Numbers come as they are written, but for exponents; true and false
as such words; null and a missing name as no value; a list, or an object that was asked for as a whole, as compact JSON.

With `each` (`changelog.histories[].items[]`) every element of that array is a record of its own. Its columns are
addressed by their full path: `changelog.histories[].items[].field` of the element, `changelog.histories[].created` of
what encloses it, `key` of the object. `changelog.histories[].items[#]` is the position, from 1, of the element in its
array. Values of the enclosing objects that nobody asked for are kept once, beside the first element. `with_object`
makes a record of the object, too, in which the columns of the elements are empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, count
from typing import Any, NoReturn

from supplier_sla.landing.profiles.reader_options import BeforeFirst, is_below
from supplier_sla.landing.readers.numbers import plain
from supplier_sla.landing.readers.positions import POSITIONS_OF_A_LINE, place
from supplier_sla.landing.readers.records import Batch, BrokenRecord, kept
from supplier_sla.landing.readers.text import damage_of, is_text
from supplier_sla.landing.refusal import FileRefused, printable

MOST_EXTRA_NAMES = 10_000

_NOT_KEPT = -2
_EXTRA = -1

_quoted = json.JSONEncoder(ensure_ascii=False).encode


class NotJson(ValueError):
    """Text that the decoder could read, but that is no JSON object as its standard wants it."""


class JsonDamage(Exception):
    """Something in one object, or in one element of its arrays, that makes it no record."""

    def __init__(self, reason_code: str, expected: str, found: str, column: str | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected
        self.found = found
        self.column = column


_TOO_DEEP = JsonDamage("malformed_json", "values nested less deeply", "too many")


@dataclass(slots=True)
class _Level:
    """What one object, or one element of an array in it, says: values of the header by index, and all others."""

    known: dict[int, str] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)


Found = tuple[int, list[str], dict[str, str]]


@dataclass(frozen=True)
class ObjectOptions:
    """Which records an object gives, and what of it is not kept; see `FileProfile`."""

    each: str | None = None
    with_object: bool = False
    before_first: BeforeFirst | None = None
    not_kept: tuple[str, ...] = ()


class ObjectRecords:
    """Turns objects into batches. The header is `expected`; all else of an object are extras, but for `not_kept`."""

    def __init__(self, expected: Iterable[str], options: ObjectOptions) -> None:
        before_first, each = options.before_first, options.each
        needed = (before_first.of, before_first.by, *chain(*before_first.instead.items())) if before_first else ()
        self.header = tuple({name.casefold(): name for name in (*needed, *expected)}.values())
        self.extra_names: dict[str, None] = {}
        self.objects_without_records = 0
        self._each = tuple(each.removesuffix("[]").split("[].")) if each else ()
        self._found: set[int] = set()
        self._index_by_name = {name.casefold(): index for index, name in enumerate(self.header)}
        self._not_kept = options.not_kept
        self._enclosing = {
            name[:end].casefold() for name in self.header for end, sign in enumerate(name) if sign == "."
        }
        self._with_object = options.with_object
        self._before_first = before_first
        # How a name is spelled in the file -> its position in the header, or that it is in none.
        self._index_by_spelling: dict[str, int] = {}
        self._has_elements = False
        self._encoding_of_escapes: str | None = None

    @property
    def columns_found(self) -> tuple[str, ...]:
        """Expected columns that an object named so far, and all others; those of elements if there was none yet."""
        below = f"{self._each[0]}[".casefold() if self._each and not self._has_elements else None
        found = (
            name
            for index, name in enumerate(self.header)
            if index in self._found or (below is not None and name.casefold().startswith(below))
        )
        return (*found, *self.extra_names)

    @property
    def has_any_column(self) -> bool:
        """Whether any object so far named any column."""
        return bool(self._found or self.extra_names)

    def batch(self, objects: Iterable[tuple[int, str, Callable[[str], Any]]], encoding: str) -> Batch:
        """The records of `objects`: number, text, and what decodes it."""
        records: list[list[str]] = []
        lines: list[int] = []
        extras: list[dict[str, str]] = []
        broken: list[BrokenRecord] = []
        for number, text, decode in objects:
            try:
                content = self._object(text, decode, encoding)
                if not self._each:
                    level = self._level(content, "", ())
                    records.append(self._record((level,)))
                    extras.append(level.extra)
                    lines.append(number)
                    continue
                for found in self._records(number, content):
                    if isinstance(found, BrokenRecord):
                        broken.append(found)
                    else:
                        lines.append(found[0])
                        records.append(found[1])
                        extras.append(found[2])
            except RecursionError:
                broken.append(self._broken(number, _TOO_DEEP, text))
            except JsonDamage as damage:
                broken.append(self._broken(number, damage, text))
        return Batch(records, lines, broken, extras)

    def _broken(self, number: int, damage: JsonDamage, text: str, position: int = 0) -> BrokenRecord:
        line = place(number, position) if self._each else number
        return BrokenRecord(line, damage.reason_code, damage.expected, damage.found, kept(text), damage.column)

    def _object(self, text: str, decode: Callable[[str], Any], encoding: str) -> dict[str, Any]:
        if not is_text(text):
            raise JsonDamage(*damage_of(text, encoding), found=printable(text))
        try:
            content = decode(text)
        except ValueError as error:
            expected = "one JSON object, each name in it once"
            raise JsonDamage("malformed_json", expected, printable(str(error))) from None
        if not isinstance(content, dict):
            raise JsonDamage("not_an_object", "a JSON object", printable(text.strip()))
        # Only an escape can bring in what the text itself is free of.
        self._encoding_of_escapes = encoding if "\\u" in text else None
        return content

    def _records(self, number: int, content: dict[str, Any]) -> Iterator[Found | BrokenRecord]:
        level = self._level(content, "", (), without=self._each[0])
        positions = count(1)
        records: list[list[str]] = []
        for found in self._elements(number, content, [level], "", positions):
            if not isinstance(found, BrokenRecord):
                records.append(found[1])
            yield found
        for record in self._before(records):
            yield place(number, _next(positions)), record, {}
        if self._with_object:
            yield place(number, _next(positions)), self._record([level]), _taken_extras([level])
        if next(positions) == 1:
            self.objects_without_records += 1

    def _before(self, records: Sequence[Sequence[str]]) -> Iterator[list[str]]:
        if self._before_first is None:
            return
        of, by = (self._index(name) for name in (self._before_first.of, self._before_first.by))
        instead = [(self._index(name), self._index(other)) for name, other in self._before_first.instead.items()]
        firsts: dict[str, Sequence[str]] = {}
        for record in records:
            name = record[of].casefold()
            if name and (name not in firsts or _in_order(record[by]) < _in_order(firsts[name][by])):
                firsts[name] = record
        for first in firsts.values():
            before = list(first)
            for index, other in instead:
                before[index] = first[other]
            yield before

    def _elements(
        self, number: int, enclosing: dict[str, Any], levels: list[_Level], prefix: str, positions: Iterator[int]
    ) -> Iterator[Found | BrokenRecord]:
        """The records of one array: its elements, or those of the next array in each of them."""
        path, *deeper = self._each[len(levels) - 1 :]
        name = f"{prefix}{path}[]"
        for ordinal, element in enumerate(_list_at(enclosing, path, name), start=1):
            try:
                here = [*levels, self._element(element, name, ordinal, levels, next(iter(deeper), None))]
                if deeper:
                    yield from self._elements(number, element, here, f"{name}.", positions)
                else:
                    self._has_elements = True
                    yield place(number, _next(positions)), self._record(here), _taken_extras(here)
            except RecursionError:
                yield self._broken(number, _TOO_DEEP, name, _next(positions))
            except JsonDamage as damage:
                yield self._broken(number, damage, _compact(element), _next(positions))

    def _element(self, element: Any, name: str, ordinal: int, levels: list[_Level], without: str | None) -> _Level:
        if isinstance(element, dict):
            level = self._level(element, f"{name}.", levels, without=without)
        elif without is None:
            level = self._level({name: element}, "", levels)
        else:
            raise JsonDamage("not_an_object", "a JSON object", printable(_compact(element)), name)
        ordinal_index = self._index(f"{name[:-2]}[#]")
        if ordinal_index >= 0:
            level.known[ordinal_index] = str(ordinal)
            self._found.add(ordinal_index)
        return level

    def _record(self, levels: Sequence[_Level]) -> list[str]:
        record = [""] * len(self.header)
        for level in levels:
            for index, value in level.known.items():
                record[index] = value
        return record

    def _level(
        self, content: dict[str, Any], prefix: str, enclosing: Sequence[_Level], *, without: str | None = None
    ) -> _Level:
        """The values of one object; raises JsonDamage."""
        level = _Level()
        known, extra = level.known, level.extra
        left_out = f"{prefix}{without}".casefold() if without is not None else None
        for name, value in self._leaves(content, prefix, left_out):
            if self._encoding_of_escapes is not None and not (is_text(value) and is_text(name)):
                reason_code, _ = damage_of(name + value, self._encoding_of_escapes)
                expected = "text without NUL and without half a surrogate pair"
                raise JsonDamage(reason_code, expected, printable(value), printable(name))
            index = self._index(name)
            if index == _NOT_KEPT:
                continue
            if name in extra or index in known or (enclosing and any(index in outer.known for outer in enclosing)):
                raise JsonDamage("malformed_json", "each name once, upper and lower case alike", printable(name))
            if index < 0:
                extra[name] = value
                if name not in self.extra_names and len(self.extra_names) < MOST_EXTRA_NAMES:
                    self.extra_names[name] = None
            else:
                known[index] = value
        self._found |= known.keys()
        return level

    def _leaves(self, content: dict[str, Any], path: str, left_out: str | None) -> Iterator[tuple[str, str]]:
        """Each value with its dotted path; an object that is in the header stays whole."""
        for key, value in content.items():
            name = f"{path}{key}"
            if left_out is not None and name.casefold() == left_out:
                continue
            if type(value) is str:
                yield name, value
            elif type(value) is dict and value and self._is_taken_apart(name):
                yield from self._leaves(value, f"{name}.", left_out)
            else:
                yield name, _text(value)

    def _is_taken_apart(self, name: str) -> bool:
        """Whether an object is no value by itself; what is not kept is looked into only for columns in it."""
        index = self._index(name)
        return index == _EXTRA or (index == _NOT_KEPT and name.casefold() in self._enclosing)

    def _index(self, name: str) -> int:
        index = self._index_by_spelling.get(name)
        if index is None:
            folded = name.casefold()
            index = self._index_by_name.get(folded, _EXTRA)
            if index == _EXTRA and is_below(name, self._not_kept):
                index = _NOT_KEPT
            if len(self._index_by_spelling) < MOST_EXTRA_NAMES:
                self._index_by_spelling[name] = index
        return index


def _list_at(enclosing: dict[str, Any], path: str, name: str) -> list[Any]:
    """The array at a dotted path, upper and lower case alike; none where the path ends early or at null."""
    value: Any = enclosing
    for part in path.split("."):
        if value is None:
            return []
        if not isinstance(value, dict):
            raise JsonDamage("not_a_list", f"a list at {name}", printable(_compact(value)), name)
        value = next((inner for key, inner in value.items() if key.casefold() == part.casefold()), None)
    if value is None:
        return []
    if not isinstance(value, list):
        raise JsonDamage("not_a_list", f"a list at {name}", printable(_compact(value)), name)
    return value


def _in_order(value: str) -> tuple[bool, int, str]:
    """Whole numbers by their size, everything else after them as text."""
    is_number = value.isascii() and value.isdigit()
    return not is_number, int(value) if is_number else 0, value


def _next(positions: Iterator[int]) -> int:
    position = next(positions)
    if position >= POSITIONS_OF_A_LINE:
        expected = f"fewer than {POSITIONS_OF_A_LINE:,} elements in one object"
        raise FileRefused("the arrays of the file", expected=expected, found="more")
    return position


def _taken_extras(levels: Sequence[_Level]) -> dict[str, str]:
    """All extras of these levels, which are empty afterwards: nothing is kept twice."""
    taken: dict[str, str] = {}
    for level in levels:
        taken.update(level.extra)
        level.extra = {}
    return taken


class Number(str):
    """A number with a fraction or an exponent, as it is written: a float would round it."""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Number):
        return plain(Decimal(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return value
    return _compact(value)


def _compact(value: Any) -> str:
    """JSON without blanks, numbers as they were written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_quoted(name)}:{_compact(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_compact, value)) + "]"
    return str(value) if isinstance(value, Number) else _quoted(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise NotJson("an object with a name twice")
    return content


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name}, which is no JSON")


decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=Number)
