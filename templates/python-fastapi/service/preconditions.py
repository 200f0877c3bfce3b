"""Is a change based on what is there now? `ETag` says the state, `If-Match` says it back."""

from collections.abc import Mapping

from service.problem import Problem


def etag_of(version: int) -> str:
    return f'"{version}"'


def seen_by(headers: Mapping[str, str]) -> str:
    """What the caller has seen; without a word on it nothing is changed."""
    seen = headers.get("if-match", "").strip()
    if not seen:
        raise Problem("precondition-required", "Read the record, and send its ETag as If-Match.")
    return seen


def assert_seen(seen: str, version: int) -> None:
    """Refuses a change that is based on another state. Weak tags never match (RFC 9110, 13.1.1)."""
    if seen != "*" and etag_of(version) not in (tag.strip() for tag in seen.split(",")):
        raise Problem("precondition-failed", "Read it again, and base your change on what you get.")
