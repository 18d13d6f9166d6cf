"""One real run of one DAG in a process of its own: `python -m tests.support.one_dag_run DAG_ID AS_OF`.

The environment says where the warehouse and Airflow's home are; the last line printed is the state of the run.
"""

from __future__ import annotations

import sys

from supplier_sla.night.airflow_home import migrate_metadata
from supplier_sla.settings import REPOSITORY


def main(dag_id: str, as_of: str) -> None:
    migrate_metadata()
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(str(REPOSITORY / "dags" / f"{dag_id}.py"))
    if bag.import_errors:
        raise SystemExit(str(bag.import_errors))
    dag = bag.dags[dag_id]
    for task in dag.tasks:
        task.retries = 0
    run = dag.test(run_conf={"as_of": as_of})
    print(run.state)


if __name__ == "__main__":
    main(*sys.argv[1:])
