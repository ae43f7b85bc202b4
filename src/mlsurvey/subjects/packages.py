"""Packages that a document names: in badges, links to registries, and installation commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NAME = r"(?P<name>@?[A-Za-z0-9][\w.-]*(?:(?:/|%2[Ff])[\w.-]+)?)"
_END = r"(?=[\s)\]\"'`>,;?#&]|/(?:\s|\)|\"|$)|\.svg|\.png|$)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("npm", rf"npmjs\.(?:com|org)/(?:package/)?{_NAME}"),
    ("npm", rf"(?:shields\.io|badgen\.net|badge\.fury\.io|nodei\.co|badgen\.now\.sh)/(?:npm|js)(?:/[dlv]\w*)?/{_NAME}"),
    ("pypi", rf"(?:pypi\.(?:org|python\.org)/(?:project|pypi)|pypi\.org/p)/{_NAME}"),
    ("pypi", rf"(?:shields\.io|badgen\.net|badge\.fury\.io)/(?:pypi|py)(?:/[a-z]+)?/{_NAME}"),
    ("crates", rf"(?:crates\.io/crates|docs\.rs|shields\.io/crates/[dlv]\w*)/{_NAME}"),
    ("pub", rf"(?:pub\.dev/packages|shields\.io/pub/[vp]\w*)/{_NAME}"),
    ("nuget", rf"(?:nuget\.org/packages|shields\.io/nuget/[dv]\w*)/{_NAME}"),
    ("gems", rf"rubygems\.org/gems/{_NAME}"),
    ("packagist", r"packagist\.org/packages/(?P<name>[\w.-]+/[\w.-]+)"),
    ("hex", rf"hex\.pm/packages/{_NAME}"),
    ("go", r"pkg\.go\.dev/(?P<name>[\w.-]+(?:/[\w.-]+)+)"),
)
_COMMANDS: tuple[tuple[str, str], ...] = (
    ("npm", rf"(?:npm\s+(?:install|i|add)|yarn\s+add|pnpm\s+(?:add|install|i)|bun\s+add)\s+(?:-\S+\s+)*{_NAME}"),
    ("pypi", rf"(?:pip3?\s+install|uv\s+add|poetry\s+add|pipx\s+install)\s+(?:-\S+\s+)*{_NAME}"),
    ("crates", rf"cargo\s+(?:add|install)\s+(?:-\S+\s+)*{_NAME}"),
    ("pub", rf"(?:dart|flutter)\s+pub\s+add\s+{_NAME}"),
    ("nuget", rf"(?:dotnet\s+add\s+package|Install-Package)\s+{_NAME}"),
    ("gems", rf"gem\s+install\s+{_NAME}"),
    ("go", r"go\s+get\s+(?:-\S+\s+)*(?P<name>[\w.-]+(?:/[\w.-]+)+)"),
    ("system", rf"(?:apt(?:-get)?|brew|dnf|pacman|apk)\s+(?:install|add|-S)\s+(?:-\S+\s+)*{_NAME}"),
)
_HINT = re.compile(r"[a-z]+\\\.[a-z]+|[a-z]{3,}")
"""Literals of a pattern; a text without any of them has no match, which is seen much faster."""


def _hints(pattern: str) -> tuple[str, ...]:
    return tuple({literal.replace("\\", "") for literal in _HINT.findall(pattern.replace(_NAME, ""))})


_COMPILED = (
    *((where, re.compile(pattern + _END), _hints(pattern)) for where, pattern in _PATTERNS),
    *((where, re.compile(rf"(?<![\w-]){pattern}"), _hints(pattern)) for where, pattern in _COMMANDS),
)
SHOWN = 60_000
"""Characters at the top of a document that are looked through: badges and commands stand there."""
MOST = 12
"""Packages that are noted of one document: those it shows first."""


def packages(text: str) -> Iterator[tuple[int, str, str]]:
    """Position, name and registry of the packages that ``text`` shows first, each name once."""
    text = text[:SHOWN]
    found = sorted(
        (match.start(), match["name"].replace("%2F", "/").replace("%2f", "/").rstrip(".-"), where)
        for where, pattern, hints in _COMPILED
        if any(hint in text for hint in hints)
        for match in pattern.finditer(text)
    )
    seen: set[tuple[str, str]] = set()
    for position, name, where in found:
        if (name, where) not in seen and len(seen) < MOST:
            seen.add((name, where))
            yield position, name, where
