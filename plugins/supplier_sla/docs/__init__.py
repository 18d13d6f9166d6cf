"""The two pages that a stranger can work from, made from the file contracts and the YAML of the readers' tables."""
