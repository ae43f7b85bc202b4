from __future__ import annotations

import pytest

from mlsurvey.answering.tongue import foreign_tongue


@pytest.mark.parametrize(
    ("question", "tongue"),
    [
        ("Welche Bibliothek ist für den Browser geeignet, Burn oder Candle?", "German"),
        ("¿Cuál es mejor para usar con una GPU, Burn o Candle?", "Spanish"),
        ("Est-ce que Burn est compatible avec les cartes AMD ?", "French"),
        ("Qual é melhor para usar com uma GPU, Burn ou Candle?", "Portuguese"),
        ("Burn 和 Candle 哪个支持 GPU?", "Chinese"),
        ("BurnとCandleの違いは何ですか", "Japanese"),
    ],
)
def test_other_tongues_are_told(question: str, tongue: str) -> None:
    assert foreign_tongue(question) == tongue


@pytest.mark.parametrize(
    "question",
    [
        "Burn vs Candle",
        "How do Burn and Candle differ in GPU support?",
        "ml_algo dart regression",
        "is nalgebra the one to use for a game?",
        "Does Linfa come with DBSCAN or not?",
        "wgpu",
        "",
    ],
)
def test_english_and_bare_names_are_not_foreign(question: str) -> None:
    assert foreign_tongue(question) is None
