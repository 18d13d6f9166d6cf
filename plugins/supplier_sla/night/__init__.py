"""The night: its stages, and the command that runs them as real DAG runs in one process."""
