"""What is one, what may become of it, and how much of it is shown to whom?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.events import written
from service.merge_patch import merged
from service.pages import chosen
from service.problem import Problem

ENTITY = "street-lights"
"""What events call it."""

Status = Literal["open", "inProgress", "closed"]


class Contact(BaseModel):
    name: str
    phone: str


class Body(BaseModel):
    """What a caller can say, as in the contract, which is checked before."""

    reference: str
    name: str
    status: Status = "open"
    postcode: str | None = None
    uprn: str | None = None
    contact: Contact | None = None


class Kept(Body):
    """As it is kept."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    version: int
    created_at: datetime
    updated_at: datetime


def changed(kept: Kept, patch: Any) -> dict[str, Any]:
    """What it becomes by a merge patch. What is closed stays as it is."""
    if kept.status == "closed":
        raise Problem("already-closed", "What is closed cannot be changed. Create a new one.")
    body: dict[str, Any] = merged(_body_of(kept), patch)
    return body


def shown(kept: Kept) -> dict[str, Any]:
    """All of it."""
    return {
        "id": str(kept.id),
        **_body_of(kept),
        "createdAt": written(kept.created_at),
        "updatedAt": written(kept.updated_at),
    }


def in_list(kept: Kept, fields: Sequence[str] | None = None) -> dict[str, Any]:
    """In a list there are no personal data, and only the properties that were asked for."""
    listed = shown(kept)
    listed.pop("contact", None)
    return chosen(listed, fields)


def in_event(kept: Kept) -> dict[str, Any]:
    """Events are read by many and kept for long, so there are no personal data in them."""
    return in_list(kept)


def sort_value(kept: Kept, key: str) -> str:
    """By what a page was sorted, as a cursor keeps it."""
    match key:
        case "name":
            return kept.name
        case "reference":
            return kept.reference
        case _:
            return written(kept.created_at)


def _body_of(kept: Kept) -> dict[str, Any]:
    return kept.model_dump(include=set(Body.model_fields), exclude_none=True)
