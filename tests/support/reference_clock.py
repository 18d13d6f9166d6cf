from tests.support.instants import utc  # noqa: F401
