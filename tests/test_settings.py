from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from mlsurvey.embedding.models import DEFAULT_MODEL
from mlsurvey.errors import SettingsError
from mlsurvey.settings import Settings, load_settings, starter_folder, vocabulary_folders

pytestmark = pytest.mark.usefixtures("no_settings")


def make_checkout(folder: Path, name: str = "mlsurvey") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(f'[project]\nname = "{name}"\n', "utf-8")
    return folder


def test_outside_a_checkout_data_lies_in_the_users_data_folder() -> None:
    settings = load_settings()
    data = platformdirs.user_data_path("mlsurvey")
    assert (settings.corpus, settings.index) == (data / "corpus", data / "index")
    assert settings.origins["corpus"] == "default in the user's data folder"


def test_below_a_checkout_data_lies_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_checkout(tmp_path / "code")
    (root / "src" / "deep").mkdir(parents=True)
    monkeypatch.chdir(root / "src" / "deep")
    settings = load_settings()
    assert (settings.corpus, settings.index) == (root / "corpus", root / "index")


def test_the_checkout_of_another_project_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_checkout(tmp_path / "other", "something-else"))
    assert load_settings().corpus == platformdirs.user_data_path("mlsurvey") / "corpus"


def test_arguments_win_over_environment_over_file_over_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_checkout(tmp_path / "code")
    file = root / "mlsurvey.toml"
    file.write_text('corpus = "papers"\nindex = "built"\nmodel = "from-file"\n', "utf-8")
    monkeypatch.chdir(root)
    monkeypatch.setenv("MLSURVEY_INDEX", str(tmp_path / "env"))
    monkeypatch.setenv("MLSURVEY_MODEL", "from-env")
    settings = load_settings({"model": "typed", "corpus": None})
    assert (settings.corpus, settings.index, settings.model) == (root / "papers", tmp_path / "env", "typed")
    assert settings.origins == {
        "corpus": f"file {file}",
        "index": "environment variable MLSURVEY_INDEX",
        "model": "argument --model",
        "device": "default",
        "precision": "default",
        "engine": "default",
        "vectors": "default",
        "judge": "default",
        "reranker": "default",
        "document_seconds": "default",
        "github_raw": "default",
        "writer": "default",
        "writer_url": "default",
        "writer_model": "default",
        "writer_key_file": "default",
        "writer_uses": "default",
        "writer_seconds": "default",
        "writer_tokens": "default",
        "exclude": "default",
    }


@pytest.mark.parametrize("written", ["drafts/,*.txt", "drafts/\n*.txt\n", " drafts/ , *.txt"])
def test_patterns_come_from_the_environment_as_one_string(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLSURVEY_EXCLUDE", written)
    assert load_settings().exclude == ("drafts/", "*.txt")


def test_patterns_come_from_the_file_as_a_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_checkout(tmp_path / "code")
    (root / "mlsurvey.toml").write_text('exclude = ["a, b.md", "drafts/"]\n', "utf-8")
    monkeypatch.chdir(root)
    settings = load_settings()
    assert settings.exclude == ("a, b.md", "drafts/")
    assert Settings(**settings.values()).exclude == settings.exclude  # type: ignore[arg-type]
    assert load_settings({"exclude": ["*.rst"]}).exclude == ("*.rst",)


@pytest.mark.parametrize("value", [3, [3], ["!"], "ok\n!"])
def test_what_is_no_pattern_is_refused(value: object, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'exclude' cannot be"):
        Settings(tmp_path, tmp_path, exclude=value)  # type: ignore[arg-type]


def test_the_users_file_counts_where_the_checkout_has_none() -> None:
    folder = platformdirs.user_config_path("mlsurvey")
    folder.mkdir(parents=True)
    (folder / "mlsurvey.toml").write_text('device = "cpu"\n', "utf-8")
    assert load_settings().device == "cpu"


def test_relative_folders_become_absolute(no_settings: Path) -> None:
    assert load_settings({"corpus": Path("a/../b")}).corpus == no_settings / "b"


@pytest.mark.parametrize("key", ["corpsu", "MODEL"])
def test_an_unknown_key_in_the_file_is_refused_with_those_there_are(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_checkout(tmp_path / "code")
    (root / "mlsurvey.toml").write_text(f'{key} = "x"\n', "utf-8")
    monkeypatch.chdir(root)
    with pytest.raises(SettingsError, match=rf"unknown setting '{key}' .*mlsurvey\.toml.*; known: corpus, index"):
        load_settings()


def test_an_unknown_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLSURVEY_CORPSU", "x")
    with pytest.raises(SettingsError, match="environment variable MLSURVEY_CORPSU"):
        load_settings()


def test_an_unknown_argument_is_refused() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'speed'"):
        load_settings({"speed": 3})


@pytest.mark.parametrize("name", ["device", "engine"])
def test_a_wrong_value_names_its_origin(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = f"MLSURVEY_{name.upper()}"
    monkeypatch.setenv(variable, "abacus")
    with pytest.raises(SettingsError, match=rf"'{name}' cannot be 'abacus' .environment variable {variable}"):
        load_settings()


def test_the_nearest_file_counts_up_to_the_root_of_the_checkout(tmp_path: Path, monkeypatch) -> None:
    root = make_checkout(tmp_path / "code")
    (root / "papers" / "deep").mkdir(parents=True)
    monkeypatch.chdir(root / "papers" / "deep")
    (tmp_path / "mlsurvey.toml").write_text('corpus = "far"\n', "utf-8")
    assert load_settings().corpus == root / "corpus"
    (root / "mlsurvey.toml").write_text('corpus = "own"\n', "utf-8")
    assert load_settings().corpus == root / "own"
    (root / "papers" / "mlsurvey.toml").write_text('corpus = "."\n', "utf-8")
    assert load_settings().corpus == root / "papers"
    monkeypatch.chdir(root)
    assert load_settings().corpus == root / "own"
    assert load_settings(folder=root / "papers").corpus == root / "papers"


def test_a_file_above_the_current_folder_counts(no_settings: Path, monkeypatch) -> None:
    (no_settings / "a" / "b").mkdir(parents=True)
    (no_settings / "mlsurvey.toml").write_text('corpus = "."\nindex = "built"\n', "utf-8")
    monkeypatch.chdir(no_settings / "a" / "b")
    assert (load_settings().corpus, load_settings().index) == (no_settings, no_settings / "built")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('# mine\n\ndevice = "abacus"\n', r"mlsurvey\.toml, line 3: setting 'device' cannot be 'abacus'"),
        ('corpus = "."\ncorpsu = "."\n', r"unknown setting 'corpsu' \(file .*mlsurvey\.toml, line 2\)"),
    ],
)
def test_an_error_in_the_file_has_its_line(text: str, message: str, no_settings: Path) -> None:
    (no_settings / "mlsurvey.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=message):
        load_settings()


def test_a_wrong_value_in_the_file_is_none_if_an_argument_replaces_it(no_settings: Path) -> None:
    (no_settings / "mlsurvey.toml").write_text('device = "abacus"\n', "utf-8")
    assert load_settings({"device": "cpu"}).device == "cpu"


@pytest.mark.parametrize("content", [b"corpus = ", b"\xff\xfe"])
def test_a_broken_file_is_named(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_checkout(tmp_path / "code")
    (root / "mlsurvey.toml").write_bytes(content)
    monkeypatch.chdir(root)
    with pytest.raises(SettingsError, match=r"mlsurvey\.toml is not valid TOML"):
        load_settings()


def test_the_default_model_is_the_one_that_is_installed_along() -> None:
    assert load_settings().model == DEFAULT_MODEL


def test_the_corpus_adds_its_vocabulary_to_the_shipped_one(tmp_path: Path) -> None:
    own, shipped = tmp_path / "corpus", starter_folder()
    assert vocabulary_folders(Settings(corpus=own, index=tmp_path)) == (shipped, own)
    assert vocabulary_folders(Settings(corpus=shipped, index=tmp_path)) == (shipped,)


@pytest.mark.parametrize("value", ["0", "-1", "ten", "1.5", "", True, 2.0, "1000000"])
def test_document_seconds_are_a_whole_number(tmp_path: Path, value: object) -> None:
    with pytest.raises(SettingsError, match="whole number from 1 to 999999"):
        Settings(tmp_path, tmp_path, document_seconds=value)


@pytest.mark.parametrize("value", [1, "90"])
def test_document_seconds_survive_the_way_to_another_process(tmp_path: Path, value: str | int) -> None:
    settings = Settings(tmp_path, tmp_path, document_seconds=value)
    assert Settings(**settings.values()).document_seconds == str(value)
