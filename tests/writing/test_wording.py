"""What a language model did for an answer is said in a few words, and why it failed is said once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rendering.samples import comparison

from mlsurvey.rendering.wording import summary_remarks, summary_title
from mlsurvey.written import Choice, Interpretation, Summary, SummarySentence

DOWN = "no connection to the model's server"
SAID = SummarySentence("Burn supports GPUs.", (1,))


def told(summary: Summary | None, choice: Choice | None, reading: Interpretation | None) -> tuple[str, str]:
    answer = replace(comparison(), summary=summary, choice=choice, interpretation=reading, writer="toy")
    return summary_title(answer), summary_remarks(answer)


def test_why_nothing_came_of_it_is_said_once() -> None:
    failed = Summary((), 0, 0, DOWN, 0.1)
    alone = ("Without toy", "No connection to the model's server.")
    assert told(failed, None, None) == alone
    assert told(failed, Choice(2, 0, DOWN), Interpretation(0, 0, DOWN)) == alone


def test_what_it_did_before_the_server_failed_is_said() -> None:
    title, remarks = told(Summary((), 0, 0, DOWN, 0.1), Choice(2, 0, DOWN), Interpretation(3, 3, None))
    assert title == "Read by toy" and remarks.count(DOWN) == 1
    assert remarks.endswith("The program chose the quotes for the same reason. The model read the question.")


@pytest.mark.parametrize(
    ("choice", "reading", "said"),
    [
        (Choice(2, 2, None), None, "The model chose the quotes where there were more than fit."),
        (Choice(2, 1, "x"), None, "The program chose some of the quotes: x."),
        (Choice(2, 0, "x"), None, "The program chose the quotes: x."),
        (None, Interpretation(4, 4, None), "The model read the question."),
        (None, Interpretation(4, 3, "x"), "The program read some of the question: x."),
        (None, Interpretation(4, 0, "x"), "The program read the question: x."),
    ],
)
def test_each_use_is_told_for_itself(choice: Choice | None, reading: Interpretation | None, said: str) -> None:
    title, remarks = told(Summary((SAID,), 1, 0, None, 0.1), choice, reading)
    assert (title, remarks) == ("Summary by toy", f"Each sentence was checked against its quotes below. {said}")


def test_a_choice_without_a_summary_has_its_own_title() -> None:
    assert told(None, Choice(2, 2, None), None)[0] == "Chosen by toy"
    assert told(Summary((), 2, 2, "none kept", 0.1), Choice(2, 0, "x"), None)[0] == "Without toy"
