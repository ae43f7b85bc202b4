"""Fit the reader: labels of word pieces, kind and flags of a question.

    python training/fit_reader.py data/train.jsonl --validation data/validation.jsonl --out reader.pt

Names are replaced, typos introduced and some questions typed as keywords, so that the model memorises neither names,
spellings nor sentences. Takes an hour on two slow cores.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from labels import ASKED, KINDS, ROLES, Labelled, Mark, read
from network import ALL_FLAGS, LABELS, Lower, Reader, padded, tokenizer
from torch import Tensor
from torch.nn import functional

from mlsurvey.learned.pieces import CLS, SEP

SEED = 12
BATCH = 16
RATE = 1e-4
EXCHANGED = 0.6
"""Share of the questions whose names are replaced, in every epoch."""
MISTYPED = 0.15
TERSE = 0.12
"""Share of the questions that are typed as keywords: without articles, auxiliaries and the like."""
POOLED = 32
"""Batches of questions of similar length are drawn from as many batches at random, so that little is padded."""
LONGEST = 128
_FILLING = re.compile(
    r"\b(?:a|an|the|is|are|was|does|do|did|can|could|would|will|should|of|to|for|in|on|with|at|by|it|its|there|that"
    r"|i|we|you|my|our|your|me|us|please|how|what|which|any|some|have|has|be|been|this|these)\b\s*",
    re.IGNORECASE,
)
_SYLLABLES = [
    "ka", "zo", "ri", "tal", "ver", "mux", "lin", "qua", "dro", "pix", "sol", "ten", "bar", "neo", "fil", "gra",
    "hex", "ior", "jup", "kel", "nim", "osc", "pra", "rho", "sta", "ulm", "vex",
]  # fmt: skip
_ENDINGS = ("", "", "", "", ".js", "-rs", "js", "-go", ".NET", "lib", "kit", "DB", "-core", "_ml", "Py")


def invented(rng: random.Random) -> str:
    """An invented name in the style of library names."""
    name = "".join(rng.choices(_SYLLABLES, k=rng.choice((1, 2, 2, 3))))
    return rng.choice((name, name.capitalize(), name)) + rng.choice(_ENDINGS)


def varied(record: Labelled, names: Sequence[str], rng: random.Random) -> tuple[str, list[Mark]]:
    """The question with other names, fewer words, a different ending and typos; its marks are shifted accordingly."""
    exchange, terse = rng.random() < EXCHANGED, rng.random() < TERSE
    text, marks, last = "", [], 0
    for mark in sorted(record.marks, key=lambda m: m.start):
        text += between(record.question[last : mark.start], terse=terse)
        said = record.question[mark.start : mark.end]
        if exchange and mark.label in ROLES and mark.label != "W":
            said = rng.choice(names) if rng.random() < 0.7 else invented(rng)
        elif mark.label == ASKED and rng.random() < MISTYPED:
            said = mistyped(said, rng)
        marks.append(Mark(len(text), len(text) + len(said), mark.label, mark.negated))
        text += said
        last = mark.end
    text += between(record.question[last:], terse=terse)
    if terse or rng.random() < 0.3:
        text = text.rstrip("?!. ") + rng.choice(("", "?", " ?", "."))
    return text, [m for m in marks if m.end <= len(text)]


def between(words: str, *, terse: bool) -> str:
    """Words that carry no mark; in a terse question, only those that have content."""
    return _FILLING.sub("", words) if terse else words


def batches(records: list[Labelled], rng: random.Random) -> list[list[Labelled]]:
    """The records of one round, in batches of similar length, in random order."""
    rng.shuffle(records)
    together = POOLED * BATCH
    parts = (records[at : at + together] for at in range(0, len(records), together))
    pools = [sorted(part, key=lambda r: len(r.question)) for part in parts]
    made = [pool[at : at + BATCH] for pool in pools for at in range(0, len(pool) - BATCH + 1, BATCH)]
    rng.shuffle(made)
    return made


def mistyped(words: str, rng: random.Random) -> str:
    """Swaps two letters, or drops or doubles one."""
    places = [m.start() for m in re.finditer(r"(?<=\w)\w(?=\w)", words)]
    if not places:
        return words
    at = rng.choice(places)
    slip = rng.choice((words[at + 1] + words[at], "", words[at] * 2))
    return words[:at] + slip + words[at + 2 if len(slip) == 2 and slip[0] != slip[1] else at + 1 :]


def encoded(pieces: Any, text: str, marks: Sequence[Mark]) -> tuple[list[int], list[int], list[int]]:
    """Pieces with the label of each and whether it is negated; special pieces have label -100."""
    read_ = pieces(text, add_special_tokens=False, truncation=True, max_length=LONGEST, return_offsets_mapping=True)
    labels, negated = [], []
    for start, end in read_["offset_mapping"]:
        mark = next((m for m in marks if m.start < end and start < m.end), None)
        labels.append(LABELS.index(mark.label) if mark else 0)
        negated.append(int(bool(mark and mark.negated)))
    ids = read_["input_ids"]
    return [CLS, *ids, SEP], [-100, *labels, -100], [-100, *negated, -100]


def batch(pieces: Any, items: Sequence[tuple[Labelled, str, Sequence[Mark]]]) -> tuple[list[Tensor], list[Tensor]]:
    """Padded pieces with their mask, and targets."""
    rows = [encoded(pieces, text, marks) for _, text, marks in items]
    inputs = list(padded([ids for ids, _, _ in rows]))
    width = inputs[0].shape[1]
    labels, negated = (torch.tensor([[*row[k], *[-100] * (width - len(row[k]))] for row in rows]) for k in (1, 2))
    kinds = torch.tensor([KINDS.index(r.kind) for r, _, _ in items])
    flags = torch.tensor([[float(_has(r, flag)) for flag in ALL_FLAGS] for r, _, _ in items])
    return inputs, [labels, negated, kinds, flags]


def _has(record: Labelled, flag: str) -> bool:
    return flag in record.flags or (flag == "follows" and record.follows is not None)


def loss(out: Sequence[Tensor], targets: Sequence[Tensor], weights: Tensor) -> Tensor:
    """Sum of the four tasks' losses."""
    labels, negated, kinds, flags = out
    known = targets[1] != -100
    return (
        functional.cross_entropy(labels.flatten(0, 1), targets[0].flatten(), weight=weights, ignore_index=-100)
        + 0.5 * functional.binary_cross_entropy_with_logits(negated[known], targets[1][known].float())
        + 0.5 * functional.cross_entropy(kinds, targets[2], label_smoothing=0.05)
        + functional.binary_cross_entropy_with_logits(flags, targets[3])
    )


def read_by(net: Reader, lower: Lower, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """The reader's outputs for a batch of questions."""
    ids, mask = inputs
    with torch.no_grad():
        embedded = lower.embed(ids)
    told: tuple[Tensor, ...] = net(embedded, mask)
    return told


def measure(net: Reader, lower: Lower, pieces: Any, records: Sequence[Labelled]) -> dict[str, float]:
    """Accuracy of kinds and flags, and F1 of labels per word piece."""
    net.eval()
    counts: Counter[str] = Counter()
    for at in range(0, len(records), 32):
        part = records[at : at + 32]
        inputs, targets = batch(pieces, [(r, r.question, r.marks) for r in part])
        with torch.inference_mode():
            labels, _, kinds, flags = read_by(net, lower, inputs)
        counts["kinds"] += int((kinds.argmax(-1) == targets[2]).sum())
        counts["flags"] += int(((flags > 0) == (targets[3] > 0.5)).sum())
        told, gold = labels.argmax(-1), targets[0]
        for number, label in enumerate(LABELS):
            counts[f"{label}+"] += int(((told == number) & (gold == number)).sum())
            counts[f"{label}t"] += int(((told == number) & (gold != -100)).sum())
            counts[f"{label}g"] += int((gold == number).sum())
    net.train()
    scores = {"kinds": counts["kinds"] / len(records), "flags": counts["flags"] / len(records) / len(ALL_FLAGS)}
    for label in LABELS:
        whole = counts[f"{label}t"] + counts[f"{label}g"]
        scores[label] = 2 * counts[f"{label}+"] / whole if whole else float("nan")
    return scores


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", type=Path, nargs="+")
    parser.add_argument("--validation", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=120.0)
    arguments = parser.parse_args()
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    pieces, net, lower = tokenizer(), Reader(), Lower().eval()
    records, held = list(read(arguments.train)), list(read([arguments.validation]))
    marks = [(r, m) for r in records for m in r.marks if m.label in ROLES and m.label != "W"]
    names = sorted({r.question[m.start : m.end] for r, m in marks})
    weights = torch.tensor([1.0 if label in ("O", ASKED, "S") else 2.0 for label in LABELS])
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.01)
    steps = arguments.rounds * (len(records) // BATCH)
    started, step = time.monotonic(), 0
    net.train()
    for round_ in range(arguments.rounds):
        total = 0.0
        for part in batches(records, rng):
            inputs, targets = batch(pieces, [(r, *varied(r, names, rng)) for r in part])
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, step / 100) * max(0.02, 1 - step / steps)
            optimiser.zero_grad()
            value = loss(read_by(net, lower, inputs), targets, weights)
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            total += value.item()
            step += 1
        scores = measure(net, lower, pieces, held)
        told = " ".join(f"{k} {v:.3f}" for k, v in scores.items())
        minutes = (time.monotonic() - started) / 60
        print(f"round {round_ + 1}, {minutes:.1f} min, loss {total / (len(records) // BATCH):.3f}; {told}", flush=True)
        torch.save(net.state_dict(), arguments.out)
        if minutes > arguments.minutes:
            break


if __name__ == "__main__":
    main()
