"""Prometheus metrics of the service."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from mlsurvey.state import Generation

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable with the folder in which several processes share metrics; set before the first import."""
NAMESPACE = "mlsurvey"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The metrics of one process. Safe to share between threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests by route and status", "method", "route", "status")
        self._seconds = self._histogram("request_seconds", "Seconds to the last byte", "route")
        self._stages = self._histogram("stage_seconds", "Seconds per stage of the work", "stage")
        self._cache = self._counter("cache", "Cache lookups", "route", "result")
        self._away = self._counter("turned_away", "Requests rejected or stopped", "reason")
        self._jobs = self._counter("jobs", "Jobs that ended", "kind", "outcome")
        self._number = self._gauge("index_generation", "Number of the generation in use")
        self._documents = self._gauge("index_documents", "Documents of the index")
        self._passages = self._gauge("index_passages", "Passages of the index")

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace=NAMESPACE, registry=self._registry)

    def _histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        return Histogram(name, meaning, labels, namespace=NAMESPACE, registry=self._registry, buckets=SECONDS)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, namespace=NAMESPACE, registry=self._registry, multiprocess_mode="mostrecent")

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def stage(self, stage: str, seconds: float) -> None:
        """Record the time of one stage."""
        self._stages.labels(stage).observe(seconds)

    def cache(self, route: str, *, hit: bool) -> None:
        """Count a cache lookup."""
        self._cache.labels(route, "hit" if hit else "miss").inc()

    def turned_away(self, reason: str) -> None:
        """Count a rejected or stopped request."""
        self._away.labels(reason).inc()

    def job(self, kind: str, outcome: str) -> None:
        """Count a job that ended."""
        self._jobs.labels(kind, outcome).inc()

    def index(self, generation: Generation) -> None:
        """Record the generation in use."""
        self._number.set(generation.number)
        self._documents.set(generation.documents)
        self._passages.set(generation.passages)

    def text(self) -> bytes:
        """Return all metrics in Prometheus text format, of all processes if there are several."""
        registry = self._registry
        if os.environ.get(MULTIPROCESS):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
