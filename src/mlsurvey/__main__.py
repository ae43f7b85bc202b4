"""``python -m mlsurvey``: the command line."""

from __future__ import annotations

import sys

from mlsurvey.cli import main

sys.exit(main())
