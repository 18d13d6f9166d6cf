"""Health check of the api-server container: 0 when it answers and reaches Airflow's database. The image has no curl."""

from __future__ import annotations

import json
import sys
from urllib.request import urlopen

# Other services' heartbeats are in the same answer; they have checks of their own.
HEALTH_PAGE = "http://127.0.0.1:8080/api/v2/monitor/health"
TIMEOUT_SECONDS = 8


def main() -> int:
    """Ask once; 1 and one line when something is wrong."""
    try:
        with urlopen(HEALTH_PAGE, timeout=TIMEOUT_SECONDS) as answer:
            status = json.load(answer)["metadatabase"]["status"]
    except (OSError, ValueError, KeyError) as error:
        print(f"{HEALTH_PAGE}: expected an answer, found {error!r}", file=sys.stderr)
        return 1
    if status != "healthy":
        print(f"{HEALTH_PAGE}: expected metadatabase healthy, found {status}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
