"""Rules and work of the supplier service-level warehouse. Imports without Airflow; DAG files only wire it."""
