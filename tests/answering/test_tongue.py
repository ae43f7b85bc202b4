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
        ("Que biblioteca roda modelos no navegador sem servidor, e como?", "Portuguese"),
        ("Quelle bibliothèque lit un fichier CSV dans le navigateur ?", "French"),
        ("¿Hay una biblioteca que lea los archivos de PyTorch?", "Spanish"),
        ("C'è una libreria per leggere i modelli ONNX con la GPU?", "Italian"),
        ("Läuft das auch im Browser, oder nur auf dem Server?", "German"),
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
        "what does the package do with a domain such as 도메인.kr in the address?",
        "R2O o2 per core",
        "turn a text file into a table, with a header",
        "as a plugin or as a service, is there a way to do without a proxy",
        "no Docker, no root: what can do that as a plain user",
        "",
    ],
)
def test_english_and_bare_names_are_not_foreign(question: str) -> None:
    assert foreign_tongue(question) is None
