"""How does a list come page by page? By a cursor that says after which record the next page starts."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, LiteralString, Protocol, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from service.problem import Fault, Problem, invalid


class Record(Protocol):
    @property
    def id(self) -> UUID: ...


Kept = TypeVar("Kept", bound=Record)


@dataclass(frozen=True)
class Place:
    """After or before which record."""

    direction: Literal["next", "prev"]
    value: str
    id: UUID


@dataclass(frozen=True)
class PagePlan:
    """What a page is read with."""

    limit: int
    key: str
    descending: bool
    start: Place | None
    """None on the first page."""

    @property
    def backwards(self) -> bool:
        return self.start is not None and self.start.direction == "prev"


def plan_of(query: Mapping[str, Any]) -> PagePlan:
    sort: str = query["sort"]
    cursor = query.get("cursor")
    # An empty one is that of the first page.
    start = _place_of(cursor, query) if cursor else None
    return PagePlan(query["limit"], sort.removeprefix("-"), sort.startswith("-"), start)


def keyset(
    plan: PagePlan, column: LiteralString, kind: LiteralString, values: list[Any]
) -> tuple[LiteralString, LiteralString]:
    """The condition and the order that take one record more than the page holds: it tells whether there is another.

    The values of the condition are added to `values`; the caller adds the one of the order, which is `plan.limit + 1`.
    """
    descending = plan.descending != plan.backwards
    way: LiteralString = "DESC" if descending else "ASC"
    order: LiteralString = f"ORDER BY {column} {way}, id {way} LIMIT %s"
    if plan.start is None:
        return "TRUE", order
    values += [plan.start.value, plan.start.id]
    return f"({column}, id) {'<' if descending else '>'} (%s::{kind}, %s)", order


def page_of(
    path: str, query: Mapping[str, Any], plan: PagePlan, found: Sequence[Kept], sorted_by: Callable[[Kept], str]
) -> tuple[list[Kept], dict[str, Any]]:
    """The records of the page, one of those found may be too many; and what the page says of its neighbours."""
    more = len(found) > plan.limit
    records = list(found[: plan.limit])
    if plan.backwards:
        records.reverse()

    def cursor(direction: Literal["next", "prev"], record: Kept) -> str:
        return _cursor_text(Place(direction, sorted_by(record), record.id), query)

    def address(cursor: str | None) -> str:
        return f"{path}?{_written({**query, 'cursor': cursor})}"

    page: dict[str, Any] = {"links": {"self": address(query.get("cursor"))}}
    if records and (more or plan.backwards):
        page["nextCursor"] = cursor("next", records[-1])
        page["links"]["next"] = address(page["nextCursor"])
    if records and (more if plan.backwards else plan.start is not None):
        page["links"]["prev"] = address(cursor("prev", records[0]))
    return records, page


def chosen(record: dict[str, Any], fields: Sequence[str] | None) -> dict[str, Any]:
    """The chosen properties of a record; `id` is always among them."""
    if fields is None:
        return record
    return {name: value for name, value in record.items() if name == "id" or name in fields}


def moment(query: Mapping[str, Any], name: str) -> datetime | None:
    """A time of a query, or a fault: `23:59:60` and the year 0 are times by the form alone."""
    text = query.get(name)
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise invalid([Fault("Must be a date-time that a calendar has.", parameter=name)]) from None


def _asked_in(query: Mapping[str, Any]) -> str:
    """The sort and the filters that a cursor belongs to: with others it would skip records."""
    return _written({name: value for name, value in query.items() if name not in ("limit", "cursor", "fields")})


def _written(query: Mapping[str, Any]) -> str:
    def text(value: Any) -> str:
        return ",".join(value) if isinstance(value, list) else str(value)

    return urlencode([(name, text(value)) for name, value in query.items() if value is not None])


def _cursor_text(place: Place, query: Mapping[str, Any]) -> str:
    parts = [place.direction, place.value, str(place.id), _asked_in(query)]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def _place_of(text: str, query: Mapping[str, Any]) -> Place:
    """A cursor comes from outside like everything else, so it is checked like everything else."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        direction, value, record, asked = parts
        place = Place(direction, value, UUID(record))
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise _no_cursor() from None
    clean = isinstance(value, str) and len(value) <= 400 and value.isprintable()
    if direction not in ("next", "prev") or not clean:
        raise _no_cursor()
    if asked != _asked_in(query):
        detail = "Belongs to another sort or other filters. Start again without it."
        raise invalid([Fault(detail, parameter="cursor")])
    if query["sort"].removeprefix("-") == "createdAt":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise _no_cursor() from None
    return place


def _no_cursor() -> Problem:
    return invalid([Fault("Is none of this list. Take it from the page before.", parameter="cursor")])
