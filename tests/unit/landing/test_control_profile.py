"""Control files in a source profile: nonsense is refused when the profile is loaded."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pydantic import ValidationError

from supplier_sla.landing.control.trailer import LONGEST_TRAILER_BYTES, WithoutTrailer
from supplier_sla.landing.profiles.file_profile import FileProfile


@pytest.mark.parametrize(
    ("control", "said"),
    [
        ({"row_count": "rows"}, "name or trailer: exactly one"),
        ({"name": "{name}.ctl", "trailer": "x", "row_count": "rows"}, "name or trailer: exactly one"),
        ({"name": "control.json", "row_count": "rows"}, "{name} or {stem} once"),
        ({"name": "{name}", "row_count": "rows"}, "{name} or {stem} once"),
        ({"name": "../{name}.ctl", "row_count": "rows"}, "without a folder"),
        ({"name": "{name}.ctl"}, "at least one of row_count, sums, period, sha256"),
        ({"name": "{name}.ctl", "sums": {"title": "total"}}, "integer or decimal or ratio (found 'title')"),
        (
            {"name": "{name}.ctl", "period": {"column": "nothing", "from": "from"}},
            "timestamp or date (found 'nothing')",
        ),
        ({"name": "{name}.ctl", "period": {"column": "opened_at"}}, "at least one of the two keys"),
        ({"trailer": "END;(", "row_count": "rows"}, "trailer: a regular expression"),
        ({"trailer": r"END;(\d+)", "row_count": "rows"}, "a named group for each key (found none for rows)"),
        ({"trailer": "END;(?P<hash>.*)", "sha256": "hash"}, "sha256: not in a trailer"),
    ],
)
def test_a_control_file_that_cannot_work_is_refused_with_what_is_wrong(control: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FileProfile.model_validate({"pattern": "*.csv", "entity": "tickets", "control": control})
    assert said in str(refused.value)


@pytest.mark.parametrize("changes", [{"encoding": "utf-16"}, {"encoding": "detect"}, {"format": "parquet"}])
def test_a_trailer_needs_lines_that_can_be_seen_in_the_bytes(changes: dict[str, str]) -> None:
    control = {"trailer": r"END;(?P<rows>\d+)", "row_count": "rows"}
    with pytest.raises(ValidationError, match=r"control\.trailer: only with csv or jsonl"):
        FileProfile.model_validate({"pattern": "*.csv", "entity": "tickets", "control": control, **changes})


def test_sums_need_one_entity_because_they_name_its_columns() -> None:
    control = {"name": "{name}.ctl", "sums": {"fee_amount": "total"}}
    with pytest.raises(ValidationError, match="only with one entity"):
        FileProfile.model_validate({"pattern": "*.csv", "entity": "by_file_name", "control": control})


@pytest.mark.parametrize(
    ("content", "body", "trailer"),
    [
        (b"a\nb\nEND;2\n", b"a\nb\n", b"END;2"),
        (b"a\r\nEND;1\r\n\r\n", b"a\r\n", b"END;1"),
        (b"END;0", b"", b"END;0"),
        (b"", b"", b""),
        (b"row\n" * LONGEST_TRAILER_BYTES + b"END;9", b"row\n" * LONGEST_TRAILER_BYTES, b"END;9"),
    ],
    ids=["plain", "blank lines after it", "nothing else", "empty", "long"],
)
def test_a_file_is_read_without_its_trailer_also_from_the_start_again(
    content: bytes, body: bytes, trailer: bytes
) -> None:
    cut = WithoutTrailer(io.BytesIO(content))
    stream = io.BufferedReader(cut)
    stream.read(4)
    stream.seek(0)
    assert (stream.read(), cut.line) == (body, trailer)
