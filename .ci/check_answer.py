"""Exit with an error unless the given file is a JSON answer that cites both sides of a comparison."""

import json
import sys
from pathlib import Path

answer = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
cited = {statement["entity"] for statement in answer["statements"] if statement["citations"]}
if answer["abstained"] or not {"burn", "candle"} <= cited:
    shown = json.dumps(answer, indent=1)
    sys.exit(f"the wheel's answer cites {sorted(map(str, cited))}; expected burn and candle:\n{shown}")
sys.stdout.write(f"the answer cites {', '.join(sorted(cited))}\n")
