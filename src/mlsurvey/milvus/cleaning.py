"""Remove rows that no kept generation needs.

A reader looks every :data:`mlsurvey.milvus.snapshot.CHECK_SECONDS` whether its generation is kept. The row of a
generation goes first, and what only it needed :data:`GRACE_SECONDS` later, at the next publication: until then a reader
that has not looked yet still finds all of it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mlsurvey.milvus.lease import Bid
from mlsurvey.milvus.schema import documents_of, log_of, parts_of
from mlsurvey.milvus.store import State, Store, batches, generation_name, numbers_in

KEEP = 2
"""The current generation and the previous one, for readers that have it open."""
GRACE_SECONDS = 60.0
_DOCUMENTS = 200
"""Documents whose rows are removed at once."""


def cleaned(store: Store, state: State) -> State:
    """The newest generation, without the documents whose rows could be removed; called before the next is published."""
    numbers = store.generations()
    oldest, late = numbers[min(KEEP, len(numbers)) - 1], time.time() - GRACE_SECONDS
    unneeded = [one for one, died in state.dead.items() if died <= oldest and _is_past(state, died, late)]
    removed = {document for batch in batches(unneeded, _DOCUMENTS) for document in _removed(store, state, batch)}
    dead = {document: died for document, died in state.dead.items() if document not in removed}
    first = min([*dead.values(), state.number])
    made = {number: when for number, when in state.made.items() if number >= first}
    return replace(state, dead=dead, made=made)


def drop_old(store: Store, state: State, outdated: Iterable[Bid]) -> None:
    """Remove older generations, collections that none uses, and what writers left that never published."""
    numbers = store.generations()
    for number in numbers[KEEP:]:
        store.remove(log_of(store.engine), f'id == "{generation_name(number)}"')
        owners = [name := generation_name(number), f"{name}/found"]
        store.remove(parts_of(store.engine), f"owner in {json.dumps(owners)}")
    used = {state.passages, *(store.state(number).passages for number in numbers[:KEEP])}
    void = [bid.number for bid in outdated]
    for name in store.engine.collections():
        if not name.startswith(f"{store.engine.address.name}_p_"):
            continue
        if name not in used:
            store.engine.write("drop_collection", name)
        elif void and name == state.passages:
            store.remove(name, f"born in {numbers_in(void)}")
    if void:
        store.remove(documents_of(store.engine), f"born in {numbers_in(void)}")
        store.remove(parts_of(store.engine), f"born in {numbers_in(void)}")


def _is_past(state: State, died: int, late: float) -> bool:
    """Whether the last generation that needed a document was removed long ago: with the second one after it."""
    after = [number for number in state.made if number > died]
    return bool(after) and state.made[min(after)] < late


def _removed(store: Store, state: State, documents: Sequence[int]) -> Sequence[int]:
    """Remove all rows of document versions; none if some are still there."""
    listed = numbers_in(documents)
    store.engine.call("load_collection", state.passages)  # it may be that of another model than is in use
    store.remove(state.passages, f"document in {listed}")
    store.remove(parts_of(store.engine), f"document in {listed}")
    store.remove(documents_of(store.engine), f"id in {listed}")
    left = store.engine.count(state.passages, f"document in {listed}", consistency_level="Strong")
    return () if left else documents
