"""Was this request carried out before? Then its answer is given again. Key, answer and change are one transaction."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

from psycopg.types.json import Jsonb

from service.call import Answer, Call
from service.database import Database, Queries, Transaction
from service.problem import Problem

Work = Callable[[Transaction], Awaitable[Answer]]


async def once(database: Database, call: Call, work: Work) -> Answer:
    """Does the work once for each key. A refused request is not remembered: it changed nothing."""
    key = call.headers.get("idempotency-key")
    async with database.transaction() as transaction:
        if key is None:
            return await work(transaction)
        whose = [f"{call.caller.kind}:{call.caller.id}", call.operation.id, key.lower()]
        # The order of names is no difference.
        fingerprint = sha256(json.dumps(call.body, sort_keys=True).encode()).hexdigest()
        await _take(transaction, whose)
        before = await _remembered(transaction, whose)
        if before:
            return _again(before, fingerprint)
        answer = await work(transaction)
        await transaction.query(
            """INSERT INTO idempotency_answers (caller, operation, key, fingerprint, status, headers, body)
               VALUES (%s, %s, %s, %s, %s, %s, %s)
               ON CONFLICT (caller, operation, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                 status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()""",
            [*whose, fingerprint, answer.status, Jsonb(answer.headers), Jsonb(answer.body)],
        )
        return answer


async def forget_answers(database: Queries) -> None:
    """Forgets answers that are too old to be given again: the contract says for how long they are kept."""
    await database.query("DELETE FROM idempotency_answers WHERE created_at < now() - interval '24 hours'")


async def _take(transaction: Queries, whose: list[str]) -> None:
    """Two tries at once must not both do the work: the second one is told to wait."""
    [row] = await transaction.query(
        "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)) AS taken", ["\n".join(whose)]
    )
    if not row["taken"]:
        detail = "A request with this Idempotency-Key is being worked on. Try again in a moment."
        raise Problem("request-in-progress", detail, headers={"retry-after": "1"})


async def _remembered(transaction: Queries, whose: list[str]) -> dict[str, Any] | None:
    rows = await transaction.query(
        """SELECT fingerprint, status, headers, body FROM idempotency_answers
           WHERE caller = %s AND operation = %s AND key = %s AND created_at >= now() - interval '24 hours'""",
        whose,
    )
    return rows[0] if rows else None


def _again(before: dict[str, Any], fingerprint: str) -> Answer:
    if before["fingerprint"] != fingerprint:
        detail = "This Idempotency-Key came with another request before. Make a new key for each request."
        raise Problem("idempotency-key-reused", detail)
    return Answer(before["status"], before["body"], before["headers"])
