"""What refreshes share, wherever the index is kept: their inputs, their plan, their report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlsurvey.calling import Progress
from mlsurvey.errors import Interrupted, MismatchError
from mlsurvey.index.deadline import SECONDS
from mlsurvey.index.engine import Embedder, ModelInfo, silent
from mlsurvey.index.extracts import Extracts
from mlsurvey.index.ledger import Ledger, Published
from mlsurvey.index.plan import Plan, make_plan
from mlsurvey.state import RefreshReport
from mlsurvey.vocabulary.load import Vocabulary

_MANY = 10
"""Documents from which an index is taken to be that of another corpus if the corpus has none of them."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Outcome of the embedding step."""

    count: int = 0
    seconds: float = 0.0
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """Inputs of one refresh, shared by all steps."""

    corpus: Path
    index: str
    """The index in words, for messages."""
    vocabulary: Vocabulary
    embedder: Callable[[int], Embedder]
    model: ModelInfo
    progress: Progress = silent
    seconds: float = SECONDS
    exclude: tuple[str, ...] = ()
    thorough: bool = False

    def plan(self, ledger: Ledger | None, base: Published | None, extracts: Extracts) -> Plan:
        """The work to be done on top of ``base``.

        Raises:
            MismatchError: nothing of ``base`` is in the corpus.
        """
        plan = make_plan(
            self.corpus,
            ledger,
            base,
            self.vocabulary,
            self.model,
            self.progress,
            seconds=self.seconds,
            exclude=self.exclude,
            thorough=self.thorough,
            extracts=extracts,
        )
        if base and base.generation.documents >= _MANY and plan.changes.added and not plan.changes.is_related:
            raise MismatchError(
                f"none of the {base.generation.documents:,} documents of the index in {self.index} is in"
                f" {self.corpus}; name another place for its index (--index FOLDER), or to replace the index, type:"
                " mlsurvey refresh --rebuild"
            )
        return plan


@contextmanager
def stoppable() -> Iterator[None]:
    """Say what is kept if Ctrl-C stops a refresh before it publishes.

    Raises:
        Interrupted: on Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(
            "stopped before anything new was published; embedded passages are kept. To continue, type: mlsurvey refresh"
        ) from error


def report_of(
    plan: Plan,
    base: Published | None,
    published: Published | None,
    embedded: Embedded,
    seconds: float,
    *,
    is_dry: bool,
) -> RefreshReport:
    """What a refresh that replaced ``base`` by ``published`` did, or would do."""
    written = sum(len(draft.passages) for draft in plan.drafts)
    changes = plan.changes
    return RefreshReport(
        dry_run=is_dry,
        generation=published.generation.id if published else None,
        added=changes.added,
        changed=changes.changed,
        moved=changes.moved,
        removed=changes.removed,
        duplicate=changes.duplicate,
        unreadable=plan.unreadable,
        decoded=plan.decoded,
        omitted=tuple((draft.document.path, draft.omitted) for draft in plan.drafts if draft.omitted),
        left_out=plan.left_out,
        found=plan.newly_found,
        lost=plan.lost,
        unchanged=changes.unchanged,
        passages=published.generation.passages if published else 0,
        embedded=embedded.count,
        reused=written - embedded.count,
        seconds=seconds,
        seconds_embedding=embedded.seconds,
        device=embedded.device,
        notes=plan.notes,
    )
