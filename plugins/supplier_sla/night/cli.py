"""scripts/nightly: one night from the landing folder to the outbox."""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.instant import parse_instant
from supplier_sla.night import airflow_home
from supplier_sla.night.arguments import nightly_parser
from supplier_sla.night.console import Console
from supplier_sla.night.installation import Installation, prepare_installation


class NightRefused(SupplierSlaError):
    """The command cannot start with these arguments."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one night; 0 only when it was published."""
    options = nightly_parser().parse_args(arguments)
    started = time.monotonic()
    try:
        home = Path(options.home).expanduser().resolve()
        home.mkdir(parents=True, exist_ok=True)
        with _only_night(home):
            return _night(options, home, started)
    except SupplierSlaError as error:
        print(f"nightly failed: {error}", file=sys.stderr)
        return 1


def _night(options: argparse.Namespace, home: Path, started: float) -> int:
    landing, as_of = _landing_and_as_of(options, home)
    print(f"night as of {as_of.isoformat()} on {landing}", flush=True)
    outbox = Path(options.outbox).expanduser().resolve() if options.outbox else home / "outbox"
    installation = prepare_installation(home, landing=landing, outbox=outbox, database_url=options.database_url)
    print(f"PostgreSQL is ready ({time.monotonic() - started:.1f} s)", flush=True)
    console = Console(home / "airflow" / "logs", as_of.strftime("%Y%m%dT%H%M%SZ"))
    code = 1
    try:
        _run(console, installation, as_of, force=options.force, full_refresh=options.full_refresh)
        code = 0
    except SupplierSlaError as error:
        console.complain(f"nightly failed: {error}")
    except Exception as error:
        traceback.print_exc()
        last = traceback.format_exception_only(error)[-1].strip()
        console.complain(f"nightly failed: {last}; next: read {console.main_log}")
    sys.stdout.flush()
    sys.stderr.flush()
    # Airflow's in-process server threads would hold an ordinary exit up for seconds.
    os._exit(code)


def _run(console: Console, installation: Installation, as_of: datetime, *, force: bool, full_refresh: bool) -> None:
    from supplier_sla.dbt_runs import prepare_manifest
    from supplier_sla.night.dag_runs import run_nightly_dags
    from supplier_sla.night.summary import FilesSeen, night_summary

    if airflow_home.migrate_metadata():
        console.say("Airflow's metadata database is ready")
    if prepare_manifest(installation.settings):
        console.say("dbt project parsed")
    configuration = {"as_of": as_of.isoformat(), "force_build": force, "full_refresh": full_refresh}
    runs = run_nightly_dags(console, configuration)
    console.say("seconds (wall, CPU of this process)")
    for task, wall, cpu in runs.slowest_tasks():
        console.say(f"  {wall:6.1f} {cpu:6.1f}  {task}")
    files = FilesSeen(**runs.files_seen)
    for line in night_summary(
        installation.settings, ingest_run_id=runs.ingest_run_id, files=files, passfile=installation.passfile
    ):
        console.say(line)


def _landing_and_as_of(options: argparse.Namespace, home: Path) -> tuple[Path, datetime]:
    if options.landing is None:
        from supplier_sla.sample import SampleOptions, generate

        sample = SampleOptions(out=home / "sample_landing")
        if not sample.out.is_dir():
            unfinished = sample.out.with_suffix(".unfinished")
            generate(SampleOptions(out=unfinished))
            unfinished.rename(sample.out)
        return sample.out, parse_instant(options.as_of, name="--as-of") if options.as_of else sample.as_of
    landing = Path(options.landing).expanduser().resolve()
    if not landing.is_dir():
        raise NightRefused(
            f"--landing {options.landing}",
            expected="a folder with exports",
            found="no such folder",
            next_step="give an existing folder, or leave --landing out for the sample",
        )
    # The only look at the machine's clock: what a person did not say is decided here, once, at the edge.
    now = datetime.now(UTC).replace(microsecond=0)
    return landing, parse_instant(options.as_of, name="--as-of") if options.as_of else now


@contextmanager
def _only_night(home: Path) -> Iterator[None]:
    import fcntl

    with (home / "night.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NightRefused(
                f"home folder {home}",
                expected="no other night running in it",
                found="one that is running",
                next_step="wait for it to end, or give another --home",
            ) from error
        yield


if __name__ == "__main__":
    sys.exit(main())
