"""Fit the numbers beside the networks: weights of their blend, its calibration, and thresholds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from cells import sifted
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from mlsurvey.answering.polarity import denies
from mlsurvey.learned.network import Network
from mlsurvey.learned.pieces import Pair

JUDGED = 16
"""Number of candidates judged per cell, as in an answer with a single cell."""
VOICES = ("matcher", "joint")
"""What a judgement is weighed from."""
SILENCED = 0.05
"""Share of the cells with evidence that the threshold for showing may suppress."""
SURE = 0.9
"""Minimum precision of the threshold for a disagreement or a denial."""


def logistic(columns: NDArray[np.float64], answers: Sequence[int], names: Sequence[str]) -> dict[str, float]:
    """Coefficients by name, including the bias."""
    model = LogisticRegression(C=10.0, max_iter=3000).fit(columns, answers)
    return {"bias": float(model.intercept_[0])} | dict(zip(names, map(float, model.coef_[0]), strict=True))


def sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Converts logits to probabilities."""
    return 1.0 / (1.0 + np.exp(-x))


def judged(network: Network, cells: Sequence[Mapping[str, Any]]) -> None:
    """Add the sieve's logits to the candidates of each cell, and the judge's to the best."""
    for group in cells:
        best = sifted(network, group)[:JUDGED]
        voices = network.voices([Pair(group["premise"], c["text"], tuple(c["features"])) for c in best])
        for candidate, matcher, joint in zip(best, *(voices[name].tolist() for name in VOICES), strict=True):
            candidate["answering"], candidate["denying"] = (matcher[0], joint[0]), (matcher[1], joint[1])


def numbers(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All parameters fitted in addition to the network."""
    known = [c for g in cells for c in g["candidates"][:JUDGED] if c["answers"] >= 0]
    columns = np.array([(*c["answering"], c["sieve"]) for c in known])
    answers = [c["answers"] for c in known]
    says = logistic(columns, answers, (*VOICES, "sieve"))
    for c in (c for g in cells for c in g["candidates"][:JUDGED]):
        logit = says["bias"] + says["matcher"] * c["answering"][0] + says["joint"] * c["answering"][1]
        c["p"] = float(sigmoid(np.array(logit + says["sieve"] * c["sieve"])))
    positive = [c for c in known if c["answers"] == 1]
    columns = np.array([(*c["denying"], float(denies(c["text"]))) for c in positive])
    no = logistic(columns, [c["denies"] for c in positive], (*VOICES, "negation"))
    weights = np.array([no["matcher"], no["joint"], no["negation"]])
    for c, p in zip(positive, sigmoid(no["bias"] + columns @ weights), strict=True):
        c["no"] = float(p)
    return {
        "voices": {name: [says[name], no[name]] for name in VOICES},
        "judged": {"bias": says["bias"], "judge": 1.0, "sieve": says["sieve"]},
        "unjudged": logistic(np.array([[c["sieve"]] for c in known]), answers, ("sieve",)),
        "denies": {"bias": no["bias"], "judge": 1.0, "negation": no["negation"]},
        "thresholds": thresholds(cells, positive),
    }


def thresholds(cells: Sequence[Mapping[str, Any]], positive: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Minimum probabilities.

    Shown: suppresses few cells with evidence. Unnamed and disputed: best balance between cells with and without
    evidence. Member: best lists. Denies: the lowest value that is precise enough.
    """
    best = np.array([max(c["p"] for c in g["candidates"][:JUDGED]) for g in cells])
    has = np.array([bool(g["evidence"]) for g in cells])
    sets = np.array([g["kind"] in ("list", "recommend") for g in cells])
    shown = float(np.quantile(best[~sets & has], SILENCED))
    member = listing([(g["id"], p, h) for g, p, h in zip(cells, best, has, strict=True) if g["kind"] == "list"])
    says = np.array([c["no"] for c in positive])
    return {
        "shown": round(shown, 4),
        "unnamed": round(balanced(best[~sets], has[~sets]), 4),
        "member": round(member, 4),
        "disputed": round(balanced(best[~sets], has[~sets]), 4),
        "denies": round(precise(says, np.array([bool(c["denies"]) for c in positive])), 4),
    }


def balanced(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The threshold that maximises the sum of true positive and true negative rates (Youden's index)."""
    cuts = np.unique(scores)
    return float(cuts[np.argmax([(scores[right] >= cut).mean() + (scores[~right] < cut).mean() for cut in cuts])])


def listing(members: Sequence[tuple[str, float, bool]]) -> float:
    """The threshold with the best F1, averaged over the sets; a member is (set, score, whether it belongs)."""
    of_set: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for name, score, belongs in members:
        of_set[name].append((score, belongs))
    whole = [np.array(some) for some in of_set.values() if any(belongs for _, belongs in some)]
    cuts = np.unique([score for _, score, _ in members])
    return float(cuts[np.argmax([np.mean([f1(some, cut) for some in whole]) for cut in cuts])])


def f1(members: NDArray[np.float64], cut: float) -> float:
    """F1 of the members that reach the cut; rows are (score, whether it belongs)."""
    taken, belongs = members[:, 0] >= cut, members[:, 1] > 0
    return float(2 * (taken & belongs).sum() / (taken.sum() + belongs.sum()))


def precise(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """The lowest threshold with a precision of at least :data:`SURE`."""
    cuts = [cut for cut in np.unique(scores) if right[scores >= cut].mean() >= SURE]
    return float(min(cuts, default=0.95))
