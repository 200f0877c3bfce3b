"""How do events leave? In the order of their entity, at least once, again after a pause if they are not taken."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from psycopg.types.json import Jsonb

from service.database import Database
from service.events import Envelope
from service.journal import log
from service.retry import back_off

Deliver = Callable[[Envelope], Awaitable[None]]
"""Takes an event, or raises."""

_AT_ONCE = 20


class Publisher:
    def __init__(
        self,
        database: Database,
        deliver: Deliver,
        *,
        pause_seconds: float = 1.0,
        most_attempts: int = 10,
        first_retry_seconds: float = 1.0,
    ) -> None:
        self._database = database
        self._deliver = deliver
        self._pause = pause_seconds
        self._most_attempts = most_attempts
        self._first_retry = first_retry_seconds

    async def run(self, stopping: asyncio.Event) -> None:
        """Publishes until it is to stop; what it has begun it ends."""
        while not stopping.is_set():
            published = 0
            try:
                published = await self.publish()
            except Exception as error:  # noqa: BLE001 - the next round may succeed
                log.error("events could not be published", exc_info=error)
            if published < _AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), self._pause)

    async def publish(self) -> int:
        """Delivers what is due, and says how much that was."""
        due = await self._take()
        for event in due:
            await self._send(event)
        return len(due)

    async def _take(self) -> list[dict[str, Any]]:
        """The oldest event of each entity, unless a pause is on; a later one must not overtake it.

        For a minute it belongs to the publisher that took it; if that one dies, another takes it then.
        """
        due = await self._database.query(
            """UPDATE outbox_events SET next_attempt_at = now() + interval '60 seconds', attempts = attempts + 1
               WHERE position IN (
                 SELECT position FROM outbox_events AS event
                 WHERE published_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
                   SELECT FROM outbox_events AS earlier
                   WHERE earlier.entity_id = event.entity_id AND earlier.position < event.position
                     AND earlier.published_at IS NULL
                 )
                 ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
               )
               RETURNING position, envelope, attempts""",
            [_AT_ONCE],
        )
        return sorted(due, key=lambda event: int(event["position"]))

    async def _send(self, event: dict[str, Any]) -> None:
        envelope, attempts = event["envelope"], event["attempts"]
        about = {"event": envelope["id"], "type": envelope["type"], "attempts": attempts}
        try:
            await self._deliver(envelope)
        except Exception as error:  # noqa: BLE001 - whatever it was, the event is kept
            failure = (str(error) or type(error).__name__)[:500]
            if attempts >= self._most_attempts:
                await self._bury(event, failure)
                log.error("an event is dead: it was never taken", extra=about)
                return
            wait = back_off(attempts, self._first_retry)
            await self._database.query(
                """UPDATE outbox_events SET next_attempt_at = now() + make_interval(secs => %s), failure = %s
                   WHERE position = %s""",
                [wait, failure, event["position"]],
            )
            log.warning("an event was not taken", extra={**about, "waitSeconds": round(wait, 3)})
        else:
            await self._database.query(
                "UPDATE outbox_events SET published_at = now(), failure = NULL WHERE position = %s",
                [event["position"]],
            )

    async def _bury(self, event: dict[str, Any], failure: str) -> None:
        async with self._database.transaction() as transaction:
            await transaction.query(
                """INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure)
                   VALUES (%s, 'sent', %s, %s, %s) ON CONFLICT (event_id, direction) DO NOTHING""",
                [event["envelope"]["id"], Jsonb(event["envelope"]), event["attempts"], failure],
            )
            await transaction.query("DELETE FROM outbox_events WHERE position = %s", [event["position"]])
