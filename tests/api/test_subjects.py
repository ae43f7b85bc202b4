"""The subjects over HTTP: listed with their corrections, corrected and restored."""

from __future__ import annotations

from mlsurvey.wire.subjects import Subjects


def test_corrections_are_kept_listed_and_forgotten(writing) -> None:
    before = Subjects.model_validate(writing.get("/v1/subjects").json())
    assert "burn" in {subject.slug for subject in before.subjects} and before.corrections == []
    body = {"name": "Burn RS", "aliases": ["burn-rs"], "merged": ["candle"]}
    assert writing.put("/v1/subjects/burn", json=body).json() == {"slug": "burn", "refresh": "/v1/index/refresh"}
    after = writing.get("/v1/subjects").json()
    assert after["corrections"] == [{"slug": "burn", "category": [], "hidden": False, **body}]
    assert Subjects.model_validate(after).subjects == before.subjects, "nothing has changed before a refresh"
    assert writing.put("/v1/subjects/zorblatt", json={"hidden": True}).status_code == 404
    assert writing.delete("/v1/subjects/burn").status_code == 204
    assert writing.delete("/v1/subjects/burn").status_code == 404
    assert writing.get("/v1/subjects").json()["corrections"] == []


def test_a_subject_may_be_given_by_its_name(writing) -> None:
    assert writing.put("/v1/subjects/Burn", json={"hidden": True}).json()["slug"] == "burn"
    assert writing.put("/v1/subjects/zorblatt", json={"name": "Zorblatt"}).json()["slug"] == "zorblatt"
    assert [one["slug"] for one in writing.get("/v1/subjects").json()["corrections"]] == ["burn", "zorblatt"]
