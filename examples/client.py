"""Ask a service started with `mlsurvey serve`.

python examples/client.py "How do Burn and Candle differ in GPU support?"
"""

from __future__ import annotations

import sys

from mlsurvey.client import Client

with Client("http://127.0.0.1:8642") as client:
    answer = client.ask(sys.argv[1])
    places = {c.number: f"{c.document}:{c.line_start}" for c in answer.citations}
    for statement in answer.statements:
        print(f"{statement.entity}: {statement.text}  ({', '.join(places[n] for n in statement.citations)})")
