"""What control files mean for a file that arrives: left alone, waiting for its other half, or held against it."""

from __future__ import annotations

from datetime import timedelta

from psycopg2.extensions import connection as Connection

from supplier_sla.landing.book.waiting import wait
from supplier_sla.landing.control.files import (
    Control,
    control_name,
    data_names_of_control,
    read_control,
)
from supplier_sla.landing.inventory import LandedFile
from supplier_sla.landing.profiles.reading import Reading
from supplier_sla.landing.refusal import FileLeftAlone, FileRefused
from supplier_sla.landing.run import Run


def leave_control_file_alone(connection: Connection, file: LandedFile, run: Run) -> None:
    """Raise FileLeftAlone if `file` is a control file; one whose data file is missing is written down."""
    names = data_names_of_control(file, run.profiles)
    if names is None:
        return
    if names:
        raise FileLeftAlone(f"control file of {', '.join(names)}")
    with connection, connection.cursor() as cursor:
        wait(
            cursor,
            file.relative_path,
            waits_for="its data file",
            reason="data_file_missing",
            as_of=run.as_of,
            run_id=run.run_id,
        )
    raise FileLeftAlone("control file without its data file", next_step="have the data file sent")


def wait_for_control_file(connection: Connection, file: LandedFile, reading: Reading, run: Run) -> FileRefused | None:
    """None: the file may come in without. Else why it is refused now; raises FileLeftAlone while it waits."""
    profile = reading.file_profile.control
    assert profile is not None  # only a file whose profile announces one can miss it
    if profile.when_missing == "accept":
        return None
    name = control_name(file, profile)
    deadline = run.as_of
    if profile.when_missing == "wait":
        with connection, connection.cursor() as cursor:
            since = wait(
                cursor,
                file.relative_path,
                waits_for=name,
                reason="control_file_missing",
                as_of=run.as_of,
                run_id=run.run_id,
            )
            deadline = since + timedelta(hours=profile.wait_hours)
    if run.as_of < deadline:
        raise FileLeftAlone(f"waits for its control file {name} until {deadline:%Y-%m-%d %H:%M %Z}")
    return FileRefused("its control file", expected=name, found="no such file", next_step="have it sent")


def control_for_reread(file: LandedFile, reading: Reading) -> Control | None:
    """A file that was refused must keep to its control file before anything of it is let in."""
    profile = reading.file_profile.control
    if profile is None or not profile.name:
        return None
    control = read_control(file, profile)
    if control is None and profile.when_missing != "accept":
        raise FileRefused("its control file", expected=control_name(file, profile), found="no such file")
    return control
