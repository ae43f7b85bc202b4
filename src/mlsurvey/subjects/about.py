"""Decides which one subject a whole document is about, if any."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from pathlib import PurePosixPath

from mlsurvey.found import Evidence
from mlsurvey.subjects.spelling import is_capital, is_short, is_unusual, key, scoped, words
from mlsurvey.subjects.traces import How, Trace, Traces

LEAST = 0.6
"""Least confidence of a subject that is adopted."""
_WEIGHT = {
    How.FIELD: 0.6,
    How.FOLDER: 0.45,
    How.WITHIN: 0.35,
    How.FILE: 0.35,
    How.TITLE: 0.4,
    How.DEFINED: 0.4,
    How.PACKAGE: 0.35,
}
"""How far one piece of evidence makes a name that of the document's subject."""
_PART = {How.TITLE: 0.3, How.FILE: 0.3}
"""The same where the name is only a part of the title or file name."""
_DEFINED_BELOW = 0.3
"""Of a definition in a section below."""
_USED = ((5, 0.45), (2, 0.35), (1, 0.2))
"""Of a name that the text uses at least so often."""
_PARALLEL = 0.4
"""Of a title where documents beside it have the same headings and labels."""
_BESIDE = (3, 0.3)
"""Of the folder of a README, where at least so many READMEs stand in folders beside it."""
_SAME_FORM = 2
"""Headings and labels that documents beside each other share, from which they are of one form."""
_FRAME = (2, 0.4)
"""Titles that a word occurs in, in number and as a share, from which it belongs to the form of titles, not to names."""
_BEARING = (How.FIELD, How.TITLE, How.DEFINED, How.PACKAGE)
"""What bears out that a folder is named after its subject, so that its other pages are about that too."""
_NAMING = (How.FIELD, How.FOLDER, How.WITHIN, How.FILE, How.TITLE)
"""What names a document; text alone, even a definition in a section below, does not say what the whole is about."""
_PREFERRED = (How.FIELD, How.TITLE, How.DEFINED, How.TEXT, How.PACKAGE, How.FOLDER, How.WITHIN, How.FILE)
"""Whose spelling of a name is shown."""


@dataclass
class Candidate:
    """A name that a document may be about."""

    key: str
    forms: dict[str, How] = field(default_factory=dict)
    weights: dict[tuple[How, bool], float] = field(default_factory=dict)
    """By kind of evidence, and whether it is of the whole name: the same kind counts once."""
    evidence: list[Evidence] = field(default_factory=list)
    said: str = ""

    def note(self, path: str, trace: Trace, form: str, weight: float, *, whole: bool = True) -> None:
        """Take a piece of evidence into account."""
        self.forms.setdefault(form, trace.how)
        self.weights[trace.how, whole] = max(weight, self.weights.get((trace.how, whole), 0.0))
        self.evidence.append(Evidence(path, trace.line, trace.how.value, form))
        self.said = self.said or (trace.said if trace.how is How.DEFINED else "")

    @property
    def confidence(self) -> float:
        """Probability that one of the pieces of evidence is right, as if they were independent."""
        if not any(how in _NAMING or (whole and how is How.DEFINED) for how, whole in self.weights):
            return 0.0
        return 1.0 - prod(1.0 - weight for weight in self.weights.values())

    @property
    def name(self) -> str:
        """The spelling that is shown."""
        ranked = sorted(self.forms, key=lambda form: (_PREFERRED.index(self.forms[form]), not is_capital(form)))
        return ranked[0]

    @property
    def is_whole(self) -> bool:
        """Whether the title, the file or the folder is named so as a whole."""
        return any(whole and how in (How.FIELD, How.FOLDER, How.FILE, How.TITLE) for how, whole in self.weights)


@dataclass(frozen=True, slots=True)
class About:
    """The subject of one document."""

    path: str
    name: str
    key: str
    forms: tuple[str, ...]
    """All its names; the first one is shown."""
    confidence: float
    is_whole: bool
    evidence: tuple[Evidence, ...]
    said: str
    registries: frozenset[str]
    """Package registries that its document shows."""
    owns: str | None
    """Folder whose other pages are about the subject too: that of a README which bears out its name."""


class Frames:
    """Words that the titles and file names of documents beside each other have in common: "Cycling law of …"."""

    def __init__(self, documents: Mapping[str, Traces]) -> None:
        self._titles = _frames(documents, How.TITLE)
        self._files = _frames(documents, How.FILE)
        self._forms = _forms(documents)
        readmes = (path for path, traces in documents.items() if traces.of(How.FOLDER))
        self._readmes = Counter(_folder(_folder(path)) for path in readmes)

    def without(self, path: str, name: str, how: How) -> str:
        """The name without the words that belong to the form of titles; empty if no name is left or none was cut."""
        frame = (self._titles if how is How.TITLE else self._files).get(_folder(path), frozenset())
        parts = words(name)
        kept = [word for word in parts if word.casefold() not in frame]
        return " ".join(kept) if 0 < len(kept) < len(parts) and any(map(str.isalpha, "".join(kept))) else ""

    def readmes_beside(self, path: str) -> int:
        """Number of READMEs in the folders beside that of a README, with its own."""
        return self._readmes[_folder(_folder(path))]

    def is_parallel(self, path: str, traces: Traces) -> bool:
        """Whether documents beside it have the same headings and labels."""
        common = self._forms.get(_folder(path), Counter())
        return sum(common[label] > 1 for label in _labels(traces)) >= _SAME_FORM


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _labels(traces: Traces) -> set[str]:
    return {key(trace.name) for trace in traces.of(How.HEADING, How.LABEL)} - {""}


def _forms(documents: Mapping[str, Traces]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path, traces in documents.items():
        counts[_folder(path)].update(_labels(traces))
    return counts


def _frames(documents: Mapping[str, Traces], how: How) -> dict[str, frozenset[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    sizes: Counter[str] = Counter()
    for path, traces in documents.items():
        for trace in traces.of(how)[:1]:
            counts[_folder(path)].update({word.casefold() for word in words(trace.name)})
            sizes[_folder(path)] += 1
    least, share = _FRAME
    return {
        folder: frozenset(word for word, count in found.items() if count >= max(least, share * sizes[folder]))
        for folder, found in counts.items()
    }


def about(path: str, traces: Traces, frames: Frames) -> About | None:
    """The subject of a document; None if none is likely enough."""
    candidates: dict[str, Candidate] = {}
    _note_whole(path, traces, frames, candidates)
    _note_parts(path, traces, candidates)
    _note_use(path, traces, candidates)
    own = _own(traces, candidates)
    best = own or max(candidates.values(), key=lambda c: c.confidence, default=None)
    if best is None or best.confidence < LEAST:
        return None
    registries = frozenset(trace.said for trace in traces.of(How.PACKAGE) if key(trace.name) == best.key)
    bears = any(whole and how in _BEARING for how, whole in best.weights)
    owns = _folder(path) if best is own and bears else None
    return About(
        path,
        best.name,
        best.key,
        tuple(dict.fromkeys([best.name, *best.forms, *_also(best, traces, candidates)])),
        round(best.confidence, 3),
        best.is_whole,
        tuple(best.evidence),
        best.said or _said(traces),
        registries,
        owns,
    )


def _own(traces: Traces, candidates: Mapping[str, Candidate]) -> Candidate | None:
    """The folder of a README, where the document bears it out: it names the subject, whatever the title says."""
    for trace in traces.of(How.FOLDER):
        found = candidates.get(key(trace.name))
        if found and found.confidence >= LEAST:
            return found
    return None


def _note_whole(path: str, traces: Traces, frames: Frames, candidates: dict[str, Candidate]) -> None:
    """Names as a whole: of the folder, the file, the title, packages, and what is defined at the top."""
    kinds = (How.FIELD, How.FOLDER, How.WITHIN, How.FILE, How.TITLE, How.PACKAGE, How.DEFINED)
    for trace in traces.of(*kinds):
        below = trace.how is How.DEFINED and trace.group > 0
        weight = _DEFINED_BELOW if below else _WEIGHT[trace.how]
        for form in _forms_of(trace):
            _candidate(candidates, form).note(
                path, trace, form, weight, whole=not below and trace.how is not How.WITHIN
            )
        if trace.how is How.FOLDER and frames.readmes_beside(path) >= _BESIDE[0]:
            _candidate(candidates, trace.name).weights[How.LABEL, False] = _BESIDE[1]
        if trace.how in (How.TITLE, How.FILE) and (inner := frames.without(path, trace.name, trace.how)):
            _candidate(candidates, inner).note(path, trace, inner, weight)
    if frames.is_parallel(path, traces):
        for trace in traces.of(How.TITLE):
            for form in (frames.without(path, trace.name, How.TITLE) or trace.name,):
                if found := candidates.get(key(form)):
                    found.weights[How.LABEL, True] = _PARALLEL


def _forms_of(trace: Trace) -> list[str]:
    """Spellings of a name by itself; none if it cannot be one."""
    name = trace.name
    if trace.how in (How.FOLDER, How.WITHIN) and (spellings := scoped(name)):
        return [spellings[0]]
    if trace.how in (How.FILE, How.FOLDER) and not is_unusual(name):
        return [name] if is_short(name) else []
    return [name] if name and is_short(name) else []


def _candidate(candidates: dict[str, Candidate], form: str) -> Candidate:
    return candidates.setdefault(key(form), Candidate(key(form)))


def _note_parts(path: str, traces: Traces, candidates: dict[str, Candidate]) -> None:
    """Names of the running text that are a part of the title or of the file name."""
    for whole in traces.of(How.TITLE, How.FILE):
        parts = [word.casefold() for word in words(whole.name)]
        for trace in traces.of(How.TEXT):
            name = [word.casefold() for word in words(trace.name)]
            if name and len(name) < len(parts) and _is_within(name, parts):
                found = _candidate(candidates, trace.name)
                found.note(path, whole, trace.name, _PART[whole.how], whole=False)


def _is_within(part: Sequence[str], whole: Sequence[str]) -> bool:
    size = len(part)
    return any(list(whole[at : at + size]) == list(part) for at in range(len(whole) - size + 1))


def _note_use(path: str, traces: Traces, candidates: Mapping[str, Candidate]) -> None:
    """How often the text uses the names."""
    used: Counter[str] = Counter()
    for trace in traces.of(How.TEXT):
        used[key(trace.name)] += int(trace.weight)
        if found := candidates.get(key(trace.name)):
            found.forms.setdefault(trace.name, How.TEXT)
    for trace in traces.of(How.FOLDER, How.WITHIN):
        used[key(trace.name)] += int(trace.weight)
    for name, candidate in candidates.items():
        weight = next((weight for least, weight in _USED if used[name] >= least), 0.0)
        if weight:
            candidate.weights[How.TEXT, True] = weight


def _also(best: Candidate, traces: Traces, candidates: Mapping[str, Candidate]) -> Iterable[str]:
    """Other names of the subject: in brackets, and titles, files and packages that contain its name, or the reverse."""
    for trace in traces.of(How.ALIAS):
        if not trace.said or key(trace.said) == best.key:
            yield trace.name
    for trace in traces.of(How.FOLDER):
        yield from scoped(trace.name)[1:]
    for trace in traces.of(How.TITLE, How.PACKAGE, How.FILE, How.DEFINED):
        other = key(trace.name)
        is_alike = min(len(other), len(best.key)) > 2 and (other in best.key or best.key in other)
        if is_alike and other != best.key and is_short(trace.name) and other in candidates:
            yield trace.name


def _said(traces: Traces) -> str:
    """What the opening says that the subject is, without naming it; else the words after its name in the title."""
    opening = (trace.said for trace in traces.of(How.DEFINED) if not trace.name)
    title = (trace.said for trace in traces.of(How.TITLE) if trace.said)
    return next((said for said in (*opening, *title) if said), "")
