"""`python -m benchmarks`: see benchmarks.arguments."""

import sys

from benchmarks.cli import main

sys.exit(main())
