"""What is thrown away, and when? Answers and events that nobody can ask for any more, every ten minutes."""

import asyncio

from service.database import Database
from service.idempotency import forget_answers
from service.journal import log

_EVERY_SECONDS = 600


async def keep_house(database: Database) -> None:
    """Goes on until it is cancelled."""
    while True:
        await asyncio.sleep(_EVERY_SECONDS)
        try:
            await tidy(database)
        except Exception as error:  # noqa: BLE001 - the next round may succeed
            log.error("housekeeping failed", exc_info=error)


async def tidy(database: Database) -> None:
    await forget_answers(database)
    await database.query("DELETE FROM outbox_events WHERE published_at < now() - interval '7 days'")
    await database.query("DELETE FROM received_events WHERE received_at < now() - interval '30 days'")
