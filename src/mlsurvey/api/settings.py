"""Settings of the service: arguments, ``MLSURVEY_SERVE_*``, the table ``[serve]`` of ``mlsurvey.toml``, defaults."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from mlsurvey.errors import SettingsError
from mlsurvey.settings import PROJECT, SERVE, find_place, line_in

PREFIX = f"MLSURVEY_{SERVE.upper()}_"


class ServiceSettings(BaseSettings):
    """All settings of the service. Created by :func:`load_service_settings`; frozen."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. Any address other than a loopback address requires tokens."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8642
    """Port to listen on; 0 selects a free one."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Number of processes, which share the index."""
    threads: Annotated[int, Field(ge=1, le=64)] = 16
    """Requests that one process handles concurrently; their questions are embedded together."""
    queue: Annotated[int, Field(ge=0, le=10_000)] = 64
    """Requests that may wait for a thread; further ones are rejected with 503."""
    time_limit: Annotated[float, Field(gt=0, le=3600)] = 60.0
    """Maximum seconds for a request, including waiting."""
    drain: Annotated[int, Field(ge=1, le=3600)] = 30
    """Seconds that running requests have to finish when the service stops."""
    read_only: bool = False
    """Refuse uploads, deletions, refreshes and evaluations."""
    tokens: str = ""
    """Tokens, separated by white space: read:SECRET or write:SECRET."""
    tokens_file: Path = platformdirs.user_config_path(PROJECT) / "tokens"
    """File with further tokens, one per line; created by `mlsurvey token`."""
    allowed_hosts: list[str] = []
    """Host names that requests may be sent to, in addition to the loopback names and the address itself."""
    cors_origins: list[str] = []
    """Origins whose pages may call the service, such as https://example.org."""
    max_body: Annotated[int, Field(ge=1024)] = 64 * 1024 * 1024
    """Maximum bytes of a request body."""
    max_files: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """Maximum files per upload."""
    cache: Annotated[int, Field(ge=0, le=100_000)] = 512
    """Number of cached answers and searches; those of older generations are evicted over time."""
    heartbeat: Annotated[float, Field(gt=0, le=600)] = 15.0
    """Seconds of silence after which an event stream sends a comment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment and file, in this order of precedence."""
        return (init_settings, env_settings, InitSettingsSource(settings_cls, _table()))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def load_service_settings(explicit: Mapping[str, Any] | None = None) -> ServiceSettings:
    """Load the settings for the current folder and environment; None values in ``explicit`` count as not given.

    Raises:
        SettingsError: a key is unknown or a value is invalid.
    """
    try:
        return ServiceSettings(**{name: value for name, value in (explicit or {}).items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"])) or "?"
        raise SettingsError(
            f"{_place(first['loc'], explicit or {})}setting {SERVE}.{name}: {first['msg']}; see: mlsurvey serve --help"
        ) from error


def _place(location: tuple[int | str, ...], explicit: Mapping[str, Any]) -> str:
    """File and line of a value, if it comes from the settings file; else nothing."""
    name = str(location[0]) if location else ""
    variables = {variable.upper() for variable, value in os.environ.items() if value}
    is_elsewhere = explicit.get(name) is not None or f"{PREFIX}{name}".upper() in variables
    file = None if is_elsewhere or name not in _table() else find_place(Path.cwd()).file
    return f"{line_in(file, name, SERVE)}: " if file else ""


def _table() -> dict[str, Any]:
    """Return the table of the settings file; relative paths in it are relative to the file."""
    file = find_place(Path.cwd()).file
    if file is None:
        return {}
    table = tomllib.loads(file.read_text("utf-8")).get(SERVE, {})
    if not isinstance(table, dict):
        raise SettingsError(f"{SERVE!r} in {file} is not a table; write [{SERVE}] with its keys below")
    if isinstance(place := table.get("tokens_file"), str):
        table["tokens_file"] = file.parent / Path(place).expanduser()
    return table
