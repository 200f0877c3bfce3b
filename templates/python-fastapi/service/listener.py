"""What is done when an event comes in? Known types are handled once each, others are ignored, failures are kept."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from psycopg.types.json import Jsonb

from service.database import Database, Queries
from service.events import VERSION, Envelope
from service.journal import log
from service.retry import back_off

EventHandler = Callable[[Envelope, Queries], Awaitable[None]]
"""What it changes in the database it changes with the transaction, so that it is done once."""


class Listener:
    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, EventHandler],
        *,
        most_attempts: int = 4,
        first_retry_seconds: float = 0.2,
    ) -> None:
        self._database = database
        self._handlers = handlers
        self._most_attempts = most_attempts
        self._first_retry = first_retry_seconds

    async def receive(self, event: Envelope) -> Literal["handled", "ignored", "dead"]:
        """Returns when the event is handled, ignored or kept as a dead letter: nobody need send it again."""
        handler = self._handlers.get(event["type"])
        if handler is None or event["version"] != VERSION:
            return "ignored"
        attempt = 1
        while True:
            try:
                await self._handle(event, handler)
            except Exception as error:  # noqa: BLE001 - whatever it was, the event is kept
                about = {"event": event["id"], "type": event["type"], "attempt": attempt}
                log.warning("an event could not be handled", exc_info=error, extra=about)
                if attempt >= self._most_attempts:
                    await self._bury(event, attempt, error)
                    return "dead"
                await asyncio.sleep(back_off(attempt, self._first_retry))
                attempt += 1
            else:
                return "handled"

    async def _handle(self, event: Envelope, handler: EventHandler) -> None:
        async with self._database.transaction() as transaction:
            fresh = await transaction.query(
                """INSERT INTO received_events (event_id, type) VALUES (%s, %s)
                   ON CONFLICT DO NOTHING RETURNING event_id""",
                [event["id"], event["type"]],
            )
            if fresh:
                await handler(event, transaction)

    async def _bury(self, event: Envelope, attempts: int, error: Exception) -> None:
        await self._database.query(
            """INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure)
               VALUES (%s, 'received', %s, %s, %s) ON CONFLICT (event_id, direction) DO NOTHING""",
            [event["id"], Jsonb(event), attempts, (str(error) or type(error).__name__)[:500]],
        )
