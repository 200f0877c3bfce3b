"""What do all answers have in common, good and bad?"""

import re
import time
from uuid import UUID, uuid4

from opentelemetry import propagate, trace
from opentelemetry.trace import Span, SpanKind, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.contract import Contract, Operation
from service.journal import log
from service.metrics import Metrics

_UUID = re.compile(r"[0-9a-f]{8}(-?)([0-9a-f]{4}\1){3}[0-9a-f]{12}")
_tracer = trace.get_tracer("http")


class EveryAnswer:
    """Gives each request an identifier and a span, each answer its header fields, and notes what came of it."""

    def __init__(self, app: ASGIApp, contract: Contract, metrics: Metrics) -> None:
        self._app = app
        self._version = contract.version
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = request_id_of(headers)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status, began = 500, time.perf_counter()

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                fields = MutableHeaders(scope=message)
                fields.update(headers_of_all(request_id, self._version))
                fields.setdefault("cache-control", "no-store")
            await send(message)

        parent = propagate.extract(dict(headers))
        with _tracer.start_as_current_span(scope["method"], context=parent, kind=SpanKind.SERVER) as span:
            await self._app(scope, receive, dressed)
            operation: Operation | None = state.get("operation")
            seconds = time.perf_counter() - began
            _tell(span, scope["method"], operation, status)
            self._metrics.answered(operation.id if operation else "none", status, seconds)
            _note(scope, operation, status, seconds)


def headers_of_all(request_id: str, version: str) -> dict[str, str]:
    """Also for answers to what could not be routed."""
    return {
        "request-id": request_id,
        "api-version": version,
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "strict-transport-security": "max-age=31536000",
    }


def request_id_of(headers: Headers) -> str:
    """The gateway's, with hyphens or without, if it has the form of one: it is written into logs."""
    sent = headers.get("request-id", "")
    return str(UUID(sent)) if _UUID.fullmatch(sent) else str(uuid4())


def _tell(span: Span, method: str, operation: Operation | None, status: int) -> None:
    route = operation.path if operation else "none"
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _note(scope: Scope, operation: Operation | None, status: int, seconds: float) -> None:
    """A request as one line. What succeeded at `/health` is not written."""
    if status < 400 and (operation is None or operation.id == "getHealth"):
        return
    state = scope["state"]
    line = {"requestId": state["request_id"], "status": status, "durationMs": round(seconds * 1000, 1)}
    if operation:
        line["operation"] = operation.id
    if caller := state.get("caller"):
        line[caller.kind] = caller.id
    resource = scope.get("path_params", {}).get("id")
    if resource and status < 400:
        line["resource"] = resource
    log.info("answered", extra=line)
