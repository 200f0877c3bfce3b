"""How is the database reached? With a bounded pool, bounded statements and values apart from the SQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, Protocol

from opentelemetry import trace
from opentelemetry.trace import SpanKind
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

_tracer = trace.get_tracer("database")

Row = dict[str, Any]
Connection = AsyncConnection[DictRow]


class Queries(Protocol):
    """Whatever takes SQL: the pool, or a transaction."""

    async def query(self, sql: LiteralString, values: Sequence[Any] = ()) -> list[Row]: ...


class Transaction:
    """Everything or nothing of what is done with it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def query(self, sql: LiteralString, values: Sequence[Any] = ()) -> list[Row]:
        # Values are not in the span, as they may be personal data.
        attributes = {"db.system.name": "postgresql", "db.query.text": sql}
        with _tracer.start_as_current_span("query", kind=SpanKind.CLIENT, attributes=attributes):
            cursor = await self._connection.execute(sql, values)
            return await cursor.fetchall() if cursor.description else []


class Database:
    def __init__(self, url: str, *, pool_size: int, statement_timeout_ms: int) -> None:
        limits = {
            "statement_timeout": statement_timeout_ms,
            "lock_timeout": min(statement_timeout_ms, 2000),
            "idle_in_transaction_session_timeout": 30_000,
        }
        self._pool = AsyncConnectionPool[Connection](
            url,
            min_size=0,
            max_size=pool_size,
            # Waiting for a connection ends, too, or a slow database would queue requests without end.
            timeout=3,
            max_waiting=pool_size * 10,
            max_idle=30,
            reconnect_timeout=10,
            open=False,
            check=AsyncConnectionPool.check_connection,
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "connect_timeout": 3,
                "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
            },
        )

    async def open(self) -> None:
        """Does not wait for the database: a service that starts before it answers 503 until it is there."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        await self._pool.close()

    async def query(self, sql: LiteralString, values: Sequence[Any] = ()) -> list[Row]:
        async with self._pool.connection() as connection:
            return await Transaction(connection).query(sql, values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        async with self._pool.connection() as connection, connection.transaction():
            yield Transaction(connection)

    @property
    def usage(self) -> dict[str, int]:
        """Connections now by state, and requests that wait for one."""
        stats = self._pool.get_stats()
        idle = stats.get("pool_available", 0)
        return {
            "busy": stats.get("pool_size", 0) - idle,
            "idle": idle,
            "waiting": stats.get("requests_waiting", 0),
        }
