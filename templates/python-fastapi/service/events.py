"""What do others learn of a change? An event, written in the change's own transaction and published after it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from service.call import Call
from service.database import Queries

Envelope = dict[str, Any]
"""An event as others read it:

- `id`, `time`, `requestId`, `source` (the API that says it)
- `type`: what happened, such as `street-lights.created`; who does not know it ignores it
- `version`: of the envelope and of what is in it; a listener takes those that it knows
- `actor` and `entity`
- `old`, `new`: before and after; null before what was created and after what was removed. No personal data.
"""

VERSION = 1


@dataclass(frozen=True)
class Happening:
    entity: str
    verb: Literal["created", "updated", "deleted"]
    id: UUID
    old: dict[str, Any] | None
    new: dict[str, Any] | None


async def note(transaction: Queries, call: Call, source: str, happening: Happening) -> None:
    """Notes an event in the outbox; `publisher.py` sends it."""
    envelope: Envelope = {
        "id": str(uuid4()),
        "type": f"{happening.entity}.{happening.verb}",
        "source": source,
        "version": VERSION,
        "time": written(datetime.now(UTC)),
        "requestId": call.request_id,
        "actor": {"kind": call.caller.kind, "id": call.caller.id},
        "entity": {"type": happening.entity, "id": str(happening.id)},
        "old": happening.old,
        "new": happening.new,
    }
    await transaction.query(
        "INSERT INTO outbox_events (entity_id, envelope) VALUES (%s, %s)", [happening.id, Jsonb(envelope)]
    )


def written(moment: datetime) -> str:
    """A time as the contract writes it: `2026-11-23T09:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
