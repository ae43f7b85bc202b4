"""What a refresh asks about the newest generation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlsurvey.found import Found
from mlsurvey.index.changes import Known
from mlsurvey.index.ledger import Published
from mlsurvey.milvus.store import State, Store, Version


@dataclass(frozen=True, slots=True)
class StoredLedger:
    """The newest generation, see :class:`mlsurvey.index.ledger.Ledger`."""

    store: Store
    state: State
    versions: Mapping[int, Version]

    def known(self) -> list[Known]:
        """Its document versions."""
        return [version.known for version in self.versions.values()]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Pairs (path, text)."""
        for version in self.versions.values():
            name = f"text/{version.known.id}"
            yield version.row.path, self.store.values([name])[name][0]

    def traces(self, paths: Collection[str] | None = None) -> Iterable[tuple[str, str]]:
        """Pairs (path, traces)."""
        wanted = [v for v in self.versions.values() if paths is None or v.row.path in paths]
        found = self.store.values([f"traces/{version.known.id}" for version in wanted])
        return [(version.row.path, found[f"traces/{version.known.id}"]) for version in wanted]

    def found(self, published: Published | None) -> Found | None:
        """The subjects of a generation."""
        return None if published is None else self.store.found(published.generation.number)


def ledger_of(store: Store, state: State | None) -> StoredLedger | None:
    """The ledger of a generation; None if there is none."""
    return None if state is None else StoredLedger(store, state, store.versions(state))
