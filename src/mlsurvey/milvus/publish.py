"""Write a generation: its rows first, then the one row that makes them seen. Without it, they are garbage."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from mlsurvey.errors import BusyError, DamagedIndexError
from mlsurvey.found import Found
from mlsurvey.index.changes import Known, is_settled
from mlsurvey.index.drafts import Draft
from mlsurvey.index.embed import embed
from mlsurvey.index.identity import generation_id
from mlsurvey.index.job import Embedded, Job
from mlsurvey.index.ledger import Published
from mlsurvey.index.plan import Plan
from mlsurvey.index.records import pack_leaves
from mlsurvey.milvus.cleaning import cleaned, drop_old
from mlsurvey.milvus.engine import Row
from mlsurvey.milvus.lease import Lease, forget
from mlsurvey.milvus.ledger import StoredLedger
from mlsurvey.milvus.passages import PassageShelf, document_id, numbered
from mlsurvey.milvus.schema import documents_of, make_passages, parts_of, passages_of
from mlsurvey.milvus.store import State, Version
from mlsurvey.state import DocumentRow, Generation
from mlsurvey.subjects.stored import dump as dump_found
from mlsurvey.subjects.traces import dump as dump_traces


class Publication:
    """The writing of one generation."""

    def __init__(self, job: Job, held: Lease, plan: Plan, before: StoredLedger | None, *, is_anew: bool) -> None:
        """Writes nothing yet.

        Args:
            job: inputs of the refresh.
            held: the lease; its number is that of the generation.
            plan: what to write.
            before: the newest generation; None for the first.
            is_anew: nothing of it is taken over.
        """
        self.job, self.held, self.plan, self.before, self.is_anew = job, held, plan, before, is_anew
        self.store, self.number = held.store, held.number
        self.collection = self._collection()

    def _collection(self) -> str:
        state = self.before.state if self.before else None
        if state and not self.is_anew and state.published.generation.model == self.job.model.id:
            return state.passages
        return passages_of(self.store.engine, self.job.model.id, self.number if self.is_anew else None)

    def embed(self) -> Embedded:
        """Write all passages, embedding those whose text has no vector yet."""
        entities = {entity.slug: entity for entity in self.plan.entities}
        waiting = numbered(self.plan.drafts, self.number, entities)
        make_passages(self.store.engine, self.collection, self.job.model.dimension)
        shelf = PassageShelf(self.held, self.collection, waiting)
        missing = self.plan.texts(shelf.reuse())
        if not missing:
            return Embedded()
        started = time.perf_counter()
        embedder = self.job.embedder(len(missing))
        embed(shelf, missing, embedder, self.job.model, self.job.progress)
        return Embedded(len(missing), time.perf_counter() - started, embedder.device)

    def publish(self) -> Published:
        """Write the documents, check that all rows are there, and publish.

        Raises:
            BusyError: another writer has taken over.
            DamagedIndexError: the engine has lost rows.
        """
        self.job.progress("publish", 0, 1)
        self._write_documents()
        if (
            self.store.engine.is_lite
        ):  # what it holds in memory it scores by the statistics of the rows that a filter leaves
            self.store.engine.write("flush", self.collection)
        self._check_rows()
        state = self._state()
        self.held.confirm()
        newest = self.store.newest()
        if (newest.number if newest else 0) != (self.before.state.number if self.before else 0):
            raise BusyError(f"another writer has published in {self.job.index}; type: mlsurvey refresh")
        self.store.publish(state, dump_found(self._found()))
        self.held.has_written = False  # it has become a generation
        self.state = state
        self.job.progress("publish", 1, 1)
        return state.published

    def clean(self) -> None:
        """Remove what no kept generation needs."""
        forget(self.store, self.held.outdated)
        drop_old(self.store, self.state, self.held.outdated)

    def _write_documents(self) -> None:
        rows: list[Row] = []
        pieces: list[Row] = []
        for place, draft in enumerate(self.plan.drafts):
            row, some = self._document(document_id(self.number, place), draft)
            rows.append(row)
            pieces += some
            if len(pieces) >= 200:
                self._put(rows, pieces)
                rows, pieces = [], []
        self._put(rows, pieces)

    def _put(self, rows: list[Row], pieces: list[Row]) -> None:
        self.held.check()
        self.held.has_written = True
        self.store.put(parts_of(self.store.engine), pieces)
        self.store.put(documents_of(self.store.engine), rows)

    def _document(self, number: int, draft: Draft) -> tuple[Row, list[Row]]:
        document, content = draft.document, draft.content
        traces = content.traces
        assert traces is not None, document.path
        known = Known(number, document.path, document.sha256, content.state.size, *content.state[2:], False)
        known = known._replace(settled=is_settled(content.state, self.plan.now_ns), declared=content.declared)
        about = (document.path, document.sha256, document.title, document.subject, document.language, document.date)
        listed = DocumentRow(*about, content.state.size, len(draft.passages))
        version = Version(known, listed, document.leaves.unit if document.leaves else None)
        row, pieces = self.store.document_rows(version, self.number)
        text = [document.text, pack_leaves(document.leaves)]
        pieces += self.store.piece_rows(f"text/{number}", number, self.number, text)
        pieces += self.store.piece_rows(f"traces/{number}", number, self.number, dump_traces(traces))
        return row, pieces

    def _check_rows(self) -> None:
        where, level = f"born == {self.number}", {"consistency_level": "Strong"}
        engine = self.store.engine
        found = (engine.count(self.collection, where, **level), engine.count(documents_of(engine), where, **level))
        wanted = (sum(len(draft.passages) for draft in self.plan.drafts), len(self.plan.drafts))
        if found != wanted:
            raise DamagedIndexError(
                f"Milvus at {self.job.index} has {found[0]} of {wanted[0]} new passages and {found[1]} of {wanted[1]}"
                " new documents; nothing was published. Type: mlsurvey refresh"
            )

    def _state(self) -> State:
        plan, before = self.plan, self.before
        retired = {*before.versions} if before and self.is_anew else {*plan.retired}
        kept = [version for version in before.versions.values() if version.known.id not in retired] if before else []
        made = datetime.now(UTC)
        generation = Generation(
            self.number,
            generation_id(plan.recipe, plan.digest),
            made.isoformat(timespec="seconds"),
            self.job.model.id,
            plan.recipe,
            plan.documents,
            sum(version.row.passages for version in kept) + sum(len(draft.passages) for draft in plan.drafts),
        )
        model = self.job.model
        published = Published(generation, model.dimension, plan.chunking, plan.entities, (), (), plan.digest)
        old = cleaned(self.store, before.state) if before else State(published, self.collection)
        floor = old.floor if kept else self.number
        void = {*old.void, *(bid.number for bid in self.held.outdated)}
        return replace(
            old,
            published=published,
            passages=self.collection,
            floor=floor,
            void=tuple(sorted(one for one in void if one >= floor)),
            dead={**old.dead, **dict.fromkeys(retired, self.number)},
            made={**old.made, self.number: made.timestamp()},
        )

    def _found(self) -> Found:
        if self.plan.found is not None:
            return self.plan.found
        return (self.before.found(self.before.state.published) if self.before else None) or Found()
