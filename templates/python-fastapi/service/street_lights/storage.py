"""How do they lie in the database? All SQL of this resource; values are apart from it, names are from here."""

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

from service.database import Queries, Row
from service.pages import PagePlan, keyset, moment
from service.problem import Fault, Problem

from .rules import Body, Contact, Kept

_TABLE: LiteralString = "street_lights"
_COLUMNS: LiteralString = (
    "id, reference, name, status, postcode, uprn, contact_name, contact_phone, version, created_at, updated_at"
)
_SORTED: dict[str, tuple[LiteralString, LiteralString]] = {
    "createdAt": ("created_at", "timestamptz"),
    "name": ("name", "text"),
    "reference": ("reference", "text"),
}
"""What can be sorted by, with its column and type: each has an index."""


async def list_all(database: Queries, plan: PagePlan, query: Mapping[str, Any]) -> list[Kept]:
    values: list[Any] = []
    where, order = keyset(plan, *_SORTED[plan.key], values)
    conditions: list[LiteralString] = [where]
    filters: list[tuple[LiteralString, Any]] = [
        ("status = ANY (%s)", query.get("status")),
        ("postcode = %s", query.get("postcode")),
        ("uprn = %s", query.get("uprn")),
        ("created_at >= %s", moment(query, "created_at_from")),
        ("created_at < %s", moment(query, "created_at_to")),
    ]
    for condition, value in filters:
        if value is not None:
            conditions.append(condition)
            values.append(value)
    values.append(plan.limit + 1)
    rows = await database.query(f"SELECT {_COLUMNS} FROM {_TABLE} WHERE {' AND '.join(conditions)} {order}", values)
    return [_kept_of(row) for row in rows]


async def get(database: Queries, id: UUID) -> Kept | None:
    rows = await database.query(f"SELECT {_COLUMNS} FROM {_TABLE} WHERE id = %s", [id])
    return _kept_of(rows[0]) if rows else None


async def lock(transaction: Queries, id: UUID) -> Kept | None:
    """As `get`, and nobody else can change it until the transaction ends."""
    rows = await transaction.query(f"SELECT {_COLUMNS} FROM {_TABLE} WHERE id = %s FOR UPDATE", [id])
    return _kept_of(rows[0]) if rows else None


async def insert(transaction: Queries, body: Body) -> Kept:
    rows = await transaction.query(
        f"""INSERT INTO {_TABLE} (reference, name, status, postcode, uprn, contact_name, contact_phone)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (reference) DO NOTHING RETURNING {_COLUMNS}""",
        _values_of(body),
    )
    if rows:
        return _kept_of(rows[0])
    detail = "Another record has this reference. Choose another, or change that record."
    raise Problem("reference-taken", detail, faults=[Fault("Is taken.", pointer="/reference")])


async def update(transaction: Queries, id: UUID, body: Body) -> Kept:
    [row] = await transaction.query(
        f"""UPDATE {_TABLE}
            SET reference = %s, name = %s, status = %s, postcode = %s, uprn = %s, contact_name = %s, contact_phone = %s,
              version = version + 1, updated_at = now()
            WHERE id = %s RETURNING {_COLUMNS}""",
        [*_values_of(body), id],
    )
    return _kept_of(row)


async def remove(transaction: Queries, id: UUID) -> None:
    await transaction.query(f"DELETE FROM {_TABLE} WHERE id = %s", [id])


def _values_of(body: Body) -> list[Any]:
    contact = body.contact
    name, phone = (contact.name, contact.phone) if contact else (None, None)
    return [body.reference, body.name, body.status, body.postcode, body.uprn, name, phone]


def _kept_of(row: Row) -> Kept:
    name, phone = row.pop("contact_name"), row.pop("contact_phone")
    contact = Contact(name=name, phone=phone) if name is not None else None
    return Kept(**row, contact=contact)
