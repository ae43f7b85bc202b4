"""What somebody does who has three files about message queues and has read no manual."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mlsurvey.found import Rank
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Kind, Status

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "queues"
THROUGHPUT = {
    "pigeonmq": "PigeonMQ handles 42,000 messages per second on one core with messages of one kilobyte.",
    "carrierq": "A cluster of three brokers moves 310,000 messages per second, as long as they are smaller than two "
    "kilobytes.",
    "tumbleweed": "Tumbleweed reaches 900,000 messages per second, because nothing is written anywhere.",
}
OWLPOST = """# OwlPost

OwlPost is a message queue for ships. It was written by sailors, and speaks of Kafka nowhere else.

## Throughput

OwlPost moves no more than 90 messages per second over a satellite.

## Delivery guarantees

OwlPost hands over each message at least once.
"""


@pytest.fixture
def survey(tmp_path):
    shutil.copytree(HERE, tmp_path / "corpus")
    with Survey(Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")) as survey:
        yield survey


def names(survey: Survey) -> set[str]:
    _, found = survey.subjects()
    return {s.name for s in found.subjects if s.rank is not Rank.MENTION and not s.hidden}


def first(answer, slug: str) -> str:
    return next((s.text for s in answer.statements if s.entity == slug), "")


def test_three_files_without_configuration_are_compared_listed_and_asked(survey: Survey) -> None:
    report = survey.refresh()
    assert set(report.found) == {"PigeonMQ", "CarrierQ", "Tumbleweed"}

    answer = survey.ask("PigeonMQ vs CarrierQ vs Tumbleweed: throughput")
    assert (answer.kind, answer.status, answer.aspects) == (Kind.COMPARE, Status.ANSWERED, ("throughput",))
    assert {slug: first(answer, slug) for slug in THROUGHPUT} == THROUGHPUT

    answer = survey.ask("maximum message size of Tumbleweed?")
    assert first(answer, "tumbleweed") == "The maximum message size is 64 kilobytes, and a larger message is refused."

    answer = survey.ask("which queues are written in Erlang?")
    assert answer.kind is Kind.LIST and set(answer.groups["yes"]) == {"pigeonmq", "tumbleweed"}

    answer = survey.ask("Compare PigeonMQ and CarrierQ")
    assert {"throughput", "delivery-guarantees", "limits"} <= set(answer.aspects)

    answer = survey.ask("What is the throughput of RavenMQ?")
    assert answer.abstained and "RavenMQ" in (answer.reason or "")


def test_one_more_file_is_one_more_subject_and_one_less_is_one_less(survey: Survey) -> None:
    survey.refresh()
    (survey.settings.corpus / "owlpost.md").write_text(OWLPOST)
    report = survey.refresh()
    assert report.found == ("OwlPost",) and not report.lost
    answer = survey.ask("PigeonMQ vs OwlPost: throughput")
    assert first(answer, "owlpost") == "OwlPost moves no more than 90 messages per second over a satellite."

    survey.remove(["owlpost.md"])
    report = survey.refresh()
    assert report.lost == ("OwlPost",) and report.embedded == 0
    answer = survey.ask("PigeonMQ vs OwlPost: throughput")
    assert "owlpost" not in answer.entities and "OwlPost" in (answer.reason or "")


def test_a_correction_takes_effect_at_the_next_refresh(survey: Survey) -> None:
    survey.refresh()
    survey.rename_subject("Tumbleweed", "Rolling Weed")
    survey.hide_subject("pigeonmq")
    slug = survey.add_subject("HeronMQ", ["heron"], ["message-queue"])
    survey.refresh()
    assert names(survey) == {"Rolling Weed", "CarrierQ", "HeronMQ"}
    assert {entity.slug for entity in survey.entities()} == {"tumbleweed", "carrierq", slug}
    answer = survey.ask("maximum message size of Rolling Weed?")
    assert first(answer, "tumbleweed") == "The maximum message size is 64 kilobytes, and a larger message is refused."

    for subject in ("tumbleweed", "pigeonmq", "heronmq"):
        assert survey.restore_subject(subject)
    survey.refresh()
    assert names(survey) == {"PigeonMQ", "CarrierQ", "Tumbleweed"}


def test_a_file_beside_declared_ones_does_not_drop_out(survey: Survey) -> None:
    for name, slug in (("PigeonMQ", "pigeonmq"), ("Tumbleweed", "tumbleweed")):
        file = next(path for path in survey.settings.corpus.iterdir() if path.stem == slug)
        file.with_suffix(".md").write_text(f"---\nslug: {slug}\nname: {name}\n---\n{file.read_text()}")
        if file.suffix != ".md":
            file.unlink()
    report = survey.refresh()
    assert report.found == ("CarrierQ",)
    answer = survey.ask("PigeonMQ vs CarrierQ vs Tumbleweed: throughput")
    assert {slug: first(answer, slug) for slug in THROUGHPUT} == THROUGHPUT
