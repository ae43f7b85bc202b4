from __future__ import annotations

from mlsurvey.api.security import load_tokens
from mlsurvey.api.settings import ServiceSettings


def test_a_token_is_shown_once_and_known_afterwards(run, tmp_path) -> None:
    file = tmp_path / "tokens"
    done = run("token", "--read-only", "--label", "a dashboard", "--tokens-file", str(file))
    assert done.code == 0 and str(file) in done.err
    secret = done.out.strip()
    tokens = load_tokens(ServiceSettings(tokens_file=file, host="0.0.0.0"))
    assert (tokens.scope(secret), tokens.scope("other")) == ("read", None)
    assert secret not in file.read_text("utf-8") and file.read_text("utf-8").endswith(" a dashboard\n")


def test_a_wrong_setting_of_the_service_is_told_in_one_line(run, indexed) -> None:
    done = run("serve", "--port", "70000", home=indexed)
    assert done.code == 2 and done.err.startswith("error: setting serve.port: ") and done.err.count("\n") == 1
