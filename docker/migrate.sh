#!/usr/bin/env bash
# One-shot set-up of both databases; safe to repeat, which is how an upgrade and a change of passwords work.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "warehouse: roles and state tables"
python -m supplier_sla.bootstrap

echo "airflow: role and database"
python docker/prepare_airflow_database.py

echo "airflow: tables"
airflow db migrate

echo "dbt: the manifest from which the DAG draws its tasks"
python -m supplier_sla.dbt_runs
