"""The thin Airflow skin: names, the run's instant, dbt's task group. Only this package imports Airflow."""
