"""How does a request come to its operation? Let in by the guard, checked by the contract, answered by the handler."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from service.access import AccessRule, rule_for
from service.call import Answer, Call
from service.contract import Contract, Operation
from service.identity import Identify, permit
from service.journal import log
from service.problem import Problem, invalid, problem_of, unreadable
from service.validation import Checks, Sent

Handler = Callable[[Call], Awaitable[Answer]]

_LARGEST_BODY = 65_536
_SLOWEST_BODY_SECONDS = 10


class Api:
    """The operations of the contract, each served by a handler."""

    def __init__(self, app: FastAPI, contract: Contract, identify: Identify, hub_url: str) -> None:
        self.contract = contract
        self._app = app
        self._identify = identify
        self._hub_url = hub_url
        self._checks = Checks(contract)
        self._served: set[str] = set()

    def operation(self, operation_id: str) -> Callable[[Handler], Handler]:
        """Serves an operation of the contract."""
        operation = self.contract.operations[operation_id]
        rule = rule_for(operation_id)
        check = self._checks.of(operation)

        def serve(handler: Handler) -> Handler:
            async def answer(request: Request) -> Response:
                try:
                    request.state.operation = operation
                    call = await self._let_in(request, operation, rule)
                    sent = Sent(call.params, _query_of(request), call.headers, await _body_of(request, operation))
                    call = Call(**{**vars(call), "query": check(sent), "body": sent.body})
                    return response_of(await handler(call))
                except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets a problem
                    return self.refusal(request, error)

            path = self.contract.base_path + operation.path
            # Where there is GET, there is HEAD; the server leaves the body out.
            methods = ["GET", "HEAD"] if operation.method == "GET" else [operation.method]
            self._app.add_route(path, answer, methods=methods, include_in_schema=False)
            self._served.add(operation_id)
            return handler

        return serve

    def whole(self, operation_id: str) -> Callable[[Any], None]:
        """A check of a body that was put together from a record and a change."""
        faults_of = self._checks.of_body(self.contract.operations[operation_id])

        def check(body: Any) -> None:
            faults = faults_of(body) if faults_of else []
            if faults:
                raise invalid(faults)

        return check

    def assert_complete(self) -> None:
        """What the contract promises is there, or the service does not start."""
        missing = self.contract.operations.keys() - self._served
        if missing:
            raise LookupError(f"the contract promises what is not served: {', '.join(sorted(missing))}")

    def refusal(self, request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        request_id: str = request.state.request_id
        if problem.status >= 500:
            log.error(problem.detail, exc_info=error, extra={"requestId": request_id})
        body = _text(problem.body(self._hub_url, request_id))
        return Response(body, problem.status, problem.headers, media_type="application/problem+json")

    async def _let_in(self, request: Request, operation: Operation, rule: AccessRule) -> Call:
        # What is said twice is joined, as HTTP has it.
        headers = {name: ", ".join(request.headers.getlist(name)) for name in request.headers}
        caller = await self._identify(headers)
        permit(caller, rule)
        request.state.caller = caller
        _accepts(headers.get("accept"))
        _reads_media_type(operation, headers.get("content-type", ""))
        return Call(operation, caller, request.state.request_id, request.path_params, {}, headers, None)


def response_of(answer: Answer) -> Response:
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    return Response(_text(answer.body), answer.status, answer.headers, media_type="application/json")


def _query_of(request: Request) -> dict[str, list[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


async def _body_of(request: Request, operation: Operation) -> Any:
    if operation.body is None:
        return None
    text = bytearray()
    try:
        async with asyncio.timeout(_SLOWEST_BODY_SECONDS):
            async for chunk in request.stream():
                text += chunk
                if len(text) > _LARGEST_BODY:
                    raise Problem("body-too-large", f"Send at most {_LARGEST_BODY} bytes.")
    except TimeoutError:
        raise Problem("request-timeout", "Send the request without long pauses.") from None
    except ClientDisconnect:
        raise unreadable() from None
    return _parsed(bytes(text))


def _parsed(text: bytes) -> Any:
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_no_number)
        # Half of a surrogate pair is no text that can be kept or sent.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise unreadable() from None
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _accepts(accept: str | None) -> None:
    if accept is None:
        return
    for part in accept.lower().split(","):
        wanted, *parameters = [text.strip() for text in part.split(";")]
        refused = any(parameter.startswith("q=") and not parameter.strip("q=0.") for parameter in parameters)
        if wanted in ("*/*", "application/*", "application/json", "") and not refused:
            return
    raise Problem("not-acceptable", "Accept application/json.")


def _reads_media_type(operation: Operation, sent: str) -> None:
    if operation.media_type and sent.partition(";")[0].strip().lower() != operation.media_type:
        raise Problem("unsupported-media-type", f"Send {operation.media_type}.")
