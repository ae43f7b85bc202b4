"""HTTP requests with limits on size, time, redirects and retries. The only module that uses HTTP.

Requests use httpx2, the maintained successor of httpx: proxies and certificates
come from the environment, and compressed responses are decompressed in chunks
of at most one megabyte, so that the size limit applies to the decompressed data.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from types import TracebackType
from typing import IO, Self
from urllib.parse import urlsplit

import httpx2
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

USER_AGENT = "mlsurvey (documentation reader)"
PASSING_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes of transient errors."""
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
GONE_STATUS = frozenset({404, 410, 451})


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a fetch, in seconds and bytes."""

    document: int = 8 * 1024 * 1024
    """Bytes of a document, decompressed; a README of prose has at most 0.1 MB."""
    package: int = 64 * 1024 * 1024
    """Bytes of a package or of registry metadata, as sent."""
    unpacked: int = 512 * 1024 * 1024
    """Bytes of a package decompressed while searching for its README."""
    connect: float = 10.0
    silence: float = 20.0
    """Seconds between two chunks of a response."""
    total: float = 120.0
    """Seconds for one whole response."""
    attempts: int = 4
    backoff: float = 1.0
    """Maximum of the first pause; the maximum doubles with each retry."""
    longest_pause: float = 30.0
    """Longest pause; if a host asks for more, the fetch fails."""
    redirects: int = 5
    at_once: int = 4
    """Maximum number of concurrent fetches, and so of requests to one host."""


class FetchError(Exception):
    """A document could not be fetched; the message gives the reason."""

    kind = "failed"


class GoneError(FetchError):
    """The document does not exist at that URL."""

    kind = "gone"


class RefusedError(FetchError):
    """The response was rejected: too large, or an invalid redirect."""

    kind = "refused"


class UnreachableError(FetchError):
    """The host does not respond."""


class _PassingError(FetchError):
    """A transient error; the next attempt may succeed."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.pause = pause
        """Seconds to wait, as requested by the host."""


class _SilentError(_PassingError):
    """No connection could be established."""

    def __init__(self, url: httpx2.URL, error: Exception) -> None:
        super().__init__(f"no connection to {url.host}: {_words(error)}")
        self.host = url.netloc.decode()
        """The host that failed; after a redirect, it may differ from the host of the original URL."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a fetch."""

    data: bytes | None
    """None if the host reports that the local copy is current."""
    etag: str | None = None
    last_modified: str | None = None
    media_type: str = ""
    """Lower case, without parameters."""


class Fetcher:
    """Fetches through one connection pool. Thread-safe; close it, or use ``with``."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        timeout = httpx2.Timeout(self.limits.silence, connect=self.limits.connect)
        headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}
        self._client = httpx2.Client(timeout=timeout, headers=headers)
        self._stopped = threading.Event()
        self._silent: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def stop(self) -> None:
        """Make fetches in other threads stop soon."""
        self._stopped.set()

    def get(self, url: str, limit: int, *, conditions: Mapping[str, str] | None = None) -> Answer:
        """Fetch ``url``, with a body of at most ``limit`` bytes.

        Args:
            url: http or https URL.
            limit: maximum bytes, decompressed.
            conditions: conditional headers such as ``If-None-Match``.

        Raises:
            FetchError: the document could not be fetched; see the subclasses.
        """
        sink = BytesIO()
        headers = self.save(url, sink, limit, conditions=conditions)
        if headers is None:
            return Answer(None)
        media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(sink.getvalue(), headers.get("ETag"), headers.get("Last-Modified"), media_type)

    def save(
        self, url: str, sink: IO[bytes], limit: int, *, conditions: Mapping[str, str] | None = None
    ) -> Mapping[str, str] | None:
        """Like :meth:`get`, but writes to a file; returns the headers, or None if the local copy is current."""
        host = urlsplit(url).netloc.rpartition("@")[2]
        if host in self._silent:  # do not wait twice for an unreachable host
            raise UnreachableError(self._silent[host])
        retrying = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self.limits.attempts),
            wait=self._pause,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, url, sink, limit, dict(conditions or {}))
        except _SilentError as error:
            self._silent[error.host] = str(error)
            raise UnreachableError(str(error)) from error
        except _PassingError as error:
            raise FetchError(f"{error}, {self.limits.attempts} times") from error

    def _pause(self, state: RetryCallState) -> float:
        """Seconds before the next attempt: random exponential backoff, at least what the host asks for."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.pause if isinstance(error, _PassingError) else None
        if asked is not None and asked > self.limits.longest_pause:
            raise FetchError(f"{error}, and asks to wait {asked:.0f} s; try again later")
        wait = wait_random_exponential(multiplier=self.limits.backoff, max=self.limits.longest_pause)
        return max(asked or 0.0, wait(state))

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise FetchError("stopped")

    def _once(self, url: str, sink: IO[bytes], limit: int, conditions: dict[str, str]) -> Mapping[str, str] | None:
        sink.seek(0)
        sink.truncate()
        deadline = time.monotonic() + self.limits.total
        try:
            return self._follow(self._client.build_request("GET", url, headers=conditions), sink, limit, deadline)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise _SilentError(error.request.url, error) from error
        except httpx2.TimeoutException as error:
            raise _PassingError(f"no answer within {self.limits.silence:g} s") from error
        except httpx2.DecodingError as error:
            raise RefusedError(f"cannot decompress the response: {_words(error)}") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise RefusedError(f"not a valid address: {_words(error)}") from error
        except httpx2.TransportError as error:  # connection lost, or not HTTP
            raise _PassingError(f"the response broke off: {_words(error)}") from error

    def _follow(
        self, request: httpx2.Request, sink: IO[bytes], limit: int, deadline: float
    ) -> Mapping[str, str] | None:
        for _ in range(self.limits.redirects + 1):
            _check_address(request.url)
            response = self._client.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return self._receive(response, sink, limit, deadline)
                onward = response.next_request
            finally:
                response.close()
            if onward is None:
                break
            if request.url.scheme == "https" and onward.url.scheme != "https":
                raise RefusedError(f"redirects from https to {onward.url.scheme}://{onward.url.host}")
            request = onward
        raise RefusedError(f"redirects more than {self.limits.redirects} times")

    def _receive(
        self, response: httpx2.Response, sink: IO[bytes], limit: int, deadline: float
    ) -> Mapping[str, str] | None:
        if response.status_code == 304 and not response.request.headers.keys().isdisjoint(_CONDITIONS):
            return None
        _check_status(response)
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", "deflate", ""):
            raise RefusedError(f"sent with Content-Encoding {encoding[:40]!r}, which was not requested")
        size = 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > limit:
                raise RefusedError(f"larger than {limit:,} bytes")
            if time.monotonic() > deadline:
                raise FetchError(f"took longer than {self.limits.total:g} s")
            if self._stopped.is_set():
                raise FetchError("stopped")
            sink.write(piece)
        return response.headers


def _check_address(url: httpx2.URL) -> None:
    if url.scheme not in ("http", "https"):
        raise RefusedError(f"not an http or https address: {url.scheme or 'no scheme'}")


def _check_status(response: httpx2.Response) -> None:
    status = f"{response.status_code} {response.reason_phrase[:60]}".strip()
    if response.status_code in GONE_STATUS:
        raise GoneError(f"the host answers {status}")
    if response.status_code in PASSING_STATUS:
        raise _PassingError(f"the host answers {status}", _asked(response.headers.get("Retry-After")))
    if response.status_code != 200:
        raise FetchError(f"the host answers {status}")


def _asked(value: str | None) -> float | None:
    """Seconds from a ``Retry-After`` header, which is a number or a date (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value.strip()[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _words(error: Exception) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
