#!/usr/bin/env bash
# Writes the one UI user's password where Airflow looks for it (memory, see tmpfs in docker-compose.yml), then becomes the server.
set -euo pipefail

: "${AIRFLOW_UI_PASSWORD:?set it in .env, see .env.example}"
: "${AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE:?docker-compose.yml sets it}"

umask 077
python -c 'import json, os, sys; json.dump({"admin": os.environ["AIRFLOW_UI_PASSWORD"]}, sys.stdout)' \
    > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
unset AIRFLOW_UI_PASSWORD

exec airflow api-server "$@"
