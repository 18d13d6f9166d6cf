"""What should have come, by when, and what came of it. The YAML files are in ../expected_deliveries."""
