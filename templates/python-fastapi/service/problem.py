"""What does a "no" look like? One shape for every error: RFC 9457."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

_KINDS: dict[str, tuple[int, str]] = {
    "invalid-request": (400, "The request does not fit the contract"),
    "unauthenticated": (401, "It is not known who calls"),
    "not-allowed": (403, "This is not allowed"),
    "not-found": (404, "It is not there"),
    "method-not-allowed": (405, "The operation does not take this method"),
    "not-acceptable": (406, "The answer cannot be written in that form"),
    "request-timeout": (408, "The request came too slowly"),
    "reference-taken": (409, "The reference is taken"),
    "already-closed": (409, "It is closed"),
    "request-in-progress": (409, "The first try is still running"),
    "precondition-failed": (412, "It has changed since you read it"),
    "body-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The media type is not read here"),
    "idempotency-key-reused": (422, "The key belongs to another request"),
    "precondition-required": (428, "Say which state you have seen"),
    "internal": (500, "The service failed"),
    "unavailable": (503, "The service cannot answer at present"),
}
"""By code, which is the last segment of `type` and leads to a page of the developer hub."""

_MOST_FAULTS = 100


@dataclass(frozen=True)
class Fault:
    """One fault of a request, and its place: a JSON pointer into the body, or the name of a parameter or header."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None

    def shown(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if value is not None}


class Problem(Exception):
    def __init__(
        self,
        code: str,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.status, self.title = _KINDS[code]
        self.detail = detail
        self.faults = faults
        self.headers = dict(headers or {})

    def body(self, hub_url: str, request_id: str) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"{hub_url}/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:uuid:{request_id}",
            "code": self.code,
        }
        if self.faults:
            body["errors"] = [fault.shown() for fault in self.faults[:_MOST_FAULTS]]
        return body


def invalid(faults: Sequence[Fault]) -> Problem:
    detail = (
        "The request has a fault. Correct it and send it again."
        if len(faults) == 1
        else f"The request has {len(faults)} faults. Correct them and send it again."
    )
    return Problem("invalid-request", detail, faults=faults)


def unreadable() -> Problem:
    return invalid([Fault("Cannot be read. Send JSON in UTF-8, and a well-formed address.", pointer="")])


def nothing_here() -> Problem:
    return Problem("not-found", "There is nothing at this address.")


def unavailable() -> Problem:
    return Problem("unavailable", "Try again in a moment.", headers={"retry-after": "5"})


def problem_of(error: Exception) -> Problem:
    """What went wrong below us, in our words. What nobody foresaw is our fault, and its cause is for the log alone."""
    if isinstance(error, Problem):
        return error
    if is_away(error):
        return unavailable()
    detail = "Try again in a while. If that does not help, tell the owner and quote the instance."
    return Problem("internal", detail)


def is_away(error: Exception) -> bool:
    """Whether the database, or the way to it, is at fault: it is away, full, stopping, or took too long."""
    return isinstance(
        error, (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed, TooManyRequests)
    )
