"""The inventory names every entry of the landing folder: delivered with its hash, or left alone with its reason."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from supplier_sla.landing.inventory import LandedFile, LandingFolderMissing, SkippedFile, take_inventory


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder


def reasons(landing: Path) -> dict[str, str]:
    return {found.relative_path: found.reason for found in take_inventory(landing) if isinstance(found, SkippedFile)}


def test_files_come_in_the_order_of_their_paths_with_their_hash(landing: Path) -> None:
    (landing / "b").mkdir()
    for name in ("b/tickets.csv", "c.csv", "a.csv"):
        (landing / name).write_text(name)
    found = list(take_inventory(landing))
    assert [entry.relative_path for entry in found] == ["a.csv", "b/tickets.csv", "c.csv"]
    assert isinstance(found[0], LandedFile)
    assert found[0].content_sha256 == hashlib.sha256(b"a.csv").hexdigest()


def test_hidden_and_temporary_names_are_left_alone_and_said_so(landing: Path) -> None:
    (landing / ".git").mkdir()
    for name in (".git/tickets.csv", ".tickets.csv", "tickets.csv.part", "tickets.TMP", "tickets.csv~"):
        (landing / name).touch()
    assert reasons(landing) == {
        ".git": "hidden",
        ".tickets.csv": "hidden",
        "tickets.csv.part": "temporary name, still being written",
        "tickets.TMP": "temporary name, still being written",
        "tickets.csv~": "temporary name, still being written",
    }


def test_links_that_leave_the_folder_are_left_alone_and_links_within_are_files(landing: Path) -> None:
    secret = landing.parent / "secret.csv"
    secret.touch()
    (landing / "tickets.csv").touch()
    (landing / "inside.csv").symlink_to("tickets.csv")
    (landing / "outside.csv").symlink_to(secret)
    (landing / "folder").symlink_to(landing.parent)
    (landing / "loop").symlink_to(".")
    (landing / "broken.csv").symlink_to("nothing.csv")
    assert reasons(landing) == {
        "broken.csv": "link to nothing",
        "folder": "link that leaves the landing folder",
        "loop": "link to a folder",
        "outside.csv": "link that leaves the landing folder",
    }
    delivered = [found.relative_path for found in take_inventory(landing) if isinstance(found, LandedFile)]
    assert delivered == ["inside.csv", "tickets.csv"]


def test_what_is_no_regular_file_is_never_opened(landing: Path) -> None:
    os.mkfifo(landing / "tickets.csv")
    assert reasons(landing) == {"tickets.csv": "not a regular file"}


def test_a_name_that_is_no_utf8_or_no_single_line_can_be_stored_and_shown(landing: Path) -> None:
    Path(os.fsdecode(os.fsencode(landing) + b"/tick\xe9\nts.csv")).touch()
    (found,) = take_inventory(landing)
    found.relative_path.encode("utf-8")
    assert found.shown_path == r"tick\xe9\nts.csv"


def test_a_missing_folder_is_an_error(landing: Path) -> None:
    with pytest.raises(LandingFolderMissing, match="landing folder"):
        list(take_inventory(landing / "nowhere"))
