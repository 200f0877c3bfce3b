"""What do callers feel, and how full are we? For Prometheus, on a port of its own that the gateway does not reach."""

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from service.database import Database
from service.problem import is_away


class Metrics:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._answered = Histogram(
            "http_server_request_duration_seconds",
            "How long requests took, by operation and status.",
            ["operation", "status"],
            buckets=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            registry=self._registry,
        )
        self._connections = Gauge(
            "database_connections",
            "Connections of the pool, and requests that wait for one.",
            ["state"],
            registry=self._registry,
        )
        self._events = Gauge(
            "events", "Events that wait to be published, and dead ones.", ["state"], registry=self._registry
        )

    def answered(self, operation: str, status: int, seconds: float) -> None:
        self._answered.labels(operation, str(status)).observe(seconds)

    def app(self) -> FastAPI:
        """Answers `GET /metrics`."""
        app = FastAPI(openapi_url=None)

        @app.get("/metrics")
        async def metrics() -> Response:
            await self._look()
            return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)

        return app

    async def _look(self) -> None:
        for state, connections in self._database.usage.items():
            self._connections.labels(state).set(connections)
        events = {"waiting": float("nan"), "dead": float("nan")}
        try:
            [row] = await self._database.query(
                """SELECT (SELECT count(*) FROM outbox_events WHERE published_at IS NULL) AS waiting,
                          (SELECT count(*) FROM dead_letters) AS dead"""
            )
            events.update(row)
        except Exception as error:
            if not is_away(error):
                raise
        for state, count in events.items():
            self._events.labels(state).set(count)
