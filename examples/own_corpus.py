"""Build your own corpus: write documents, refresh, ask, change one, ask again.

python examples/own_corpus.py FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey

DOCUMENTS = {
    "rowfile.md": """---
slug: rowfile
name: Rowfile
---
# Rowfile

Rowfile keeps tables in one file on disk. Rowfile is under the MIT licence.

## Limits

Rowfile lets one process write at a time.
""",
    "tablehub.md": """---
slug: tablehub
name: Tablehub
---
# Tablehub

Tablehub is a server for tables. Tablehub is under the Apache 2.0 licence.

## Limits

Tablehub needs a server that runs all the time.
""",
}


def tell(survey: Survey, question: str) -> None:
    """Ask, and print each quote with its location."""
    answer = survey.ask(question)
    print(question)
    places = {citation.number: f"{citation.document}:{citation.line_start}" for citation in answer.citations}
    for statement in answer.statements:
        print(f"  {statement.entity}: {statement.text}  ({', '.join(places[n] for n in statement.citations)})")
    if answer.reason:
        print(f"  {answer.reason}")


def main() -> None:
    """Run the example in the given folder."""
    home = Path(sys.argv[1])
    corpus = home / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for name, text in DOCUMENTS.items():
        (corpus / name).write_text(text, encoding="utf-8")
    with Survey(Settings(corpus=corpus, index=home / "index")) as survey:
        survey.refresh()
        tell(survey, "Rowfile or Tablehub: which licences, and what limits them?")
        with (corpus / "rowfile.md").open("a", encoding="utf-8") as file:
            file.write("\n## Browsers\n\nRowfile runs in the browser since version 2.\n")
        report = survey.refresh()
        print(f"{len(report.changed)} document changed, {report.embedded} passages embedded anew")
        tell(survey, "Can I use Rowfile in a web page?")


if __name__ == "__main__":
    main()
