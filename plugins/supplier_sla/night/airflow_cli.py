"""scripts/airflow: Airflow's own command line with the settings of a home folder."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from supplier_sla.errors import SupplierSlaError
from supplier_sla.night.installation import prepare_installation
from supplier_sla.settings import DEFAULT_HOME


def main(arguments: Sequence[str] | None = None) -> int:  # noqa: RET503 - it ends in execv
    """Prepare the home and become `airflow ARGUMENTS`; returns only when preparing failed."""
    parser = argparse.ArgumentParser(
        prog="scripts/airflow",
        description="Airflow's command line with the settings of a home folder, e.g. scripts/airflow dags list.",
    )
    parser.add_argument("--home", metavar="DIR", default=str(DEFAULT_HOME), help="all state (default: %(default)s)")
    parser.add_argument("--landing", metavar="DIR", help="folder with the exports (default: landing below --home)")
    parser.add_argument("--outbox", metavar="DIR", help="folder for the extracts (default: outbox below --home)")
    parser.add_argument("--database-url", metavar="URL", help="as for scripts/nightly")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what airflow is to do")
    options = parser.parse_args(arguments)
    try:
        home = Path(options.home).expanduser().resolve()
        home.mkdir(parents=True, exist_ok=True)
        installation = prepare_installation(
            home,
            landing=Path(options.landing).expanduser().resolve() if options.landing else home / "landing",
            outbox=Path(options.outbox).expanduser().resolve() if options.outbox else home / "outbox",
            database_url=options.database_url,
        )
        from supplier_sla.dbt_runs import prepare_manifest
        from supplier_sla.night.airflow_home import migrate_metadata

        migrate_metadata()
        prepare_manifest(installation.settings)
    except SupplierSlaError as error:
        print(f"airflow: {error}", file=sys.stderr)
        return 1
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "airflow", *options.command])


if __name__ == "__main__":
    sys.exit(main())
