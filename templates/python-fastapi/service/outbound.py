"""How are other APIs called? With a token of our own, the request id, a timeout, and a budget of retries."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from service.retry import back_off

Token = Callable[[], Awaitable[str]]
"""A token for the other API; ours, never that of who called us."""

_SAFE_TO_REPEAT = frozenset(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
_WORTH_REPEATING = frozenset([429, 502, 503, 504])
_MOST_BUDGET = 10.0


@dataclass(frozen=True)
class OutboundAnswer:
    status: int
    headers: httpx.Headers
    text: str


class AnswerTooLargeError(Exception):
    """The other side sent more than we read."""


class Outbound:
    def __init__(
        self,
        client: httpx.AsyncClient,
        token: Token | None = None,
        *,
        timeout_seconds: float = 3.0,
        most_attempts: int = 3,
        retries_per_hundred: int = 20,
        first_retry_seconds: float = 0.1,
        largest_answer: int = 1_048_576,
    ) -> None:
        self._client = client
        self._token = token
        self._timeout = timeout_seconds
        self._most_attempts = most_attempts
        self._share = retries_per_hundred / 100
        self._first_retry = first_retry_seconds
        self._largest = largest_answer
        # Retries feed trouble, so there are never more than a share of the requests, over all callers.
        self._budget = _MOST_BUDGET

    async def send(
        self,
        method: str,
        url: str,
        *,
        request_id: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> OutboundAnswer:
        """An answer, whatever its status; raises if there is none in time."""
        self._budget = min(self._budget + self._share, _MOST_BUDGET)
        sent = {"accept": "application/json", **(headers or {}), "request-id": request_id}
        # A POST is repeated only if the other side can tell that it is the same.
        may_repeat = method in _SAFE_TO_REPEAT or "idempotency-key" in sent
        attempt = 1
        while True:
            is_last = attempt >= self._most_attempts or not may_repeat
            wait = back_off(attempt, self._first_retry)
            try:
                async with asyncio.timeout(self._timeout):
                    answer = await self._once(method, url, body, sent)
            except (httpx.HTTPError, TimeoutError):
                if is_last or not self._spend():
                    raise
            else:
                if is_last or answer.status not in _WORTH_REPEATING or not self._spend():
                    return answer
                wait = max(wait, _seconds_of(answer.headers))
            await asyncio.sleep(wait)
            attempt += 1

    async def _once(self, method: str, url: str, body: Any, headers: dict[str, str]) -> OutboundAnswer:
        if self._token:
            headers = {**headers, "authorization": f"Bearer {await self._token()}"}
        # A redirect is an answer: followed, it could lead the token to somebody else.
        request = self._client.stream(method, url, json=body, headers=headers, follow_redirects=False)
        async with request as response:
            text = bytearray()
            async for chunk in response.aiter_bytes():
                text += chunk
                if len(text) > self._largest:
                    raise AnswerTooLargeError(f"the answer is larger than {self._largest} bytes")
        return OutboundAnswer(response.status_code, response.headers, text.decode("utf-8", "replace"))

    def _spend(self) -> bool:
        if self._budget < 1:
            return False
        self._budget -= 1
        return True


def _seconds_of(headers: httpx.Headers) -> float:
    text = headers.get("retry-after", "")
    return min(float(text), 5.0) if text.isascii() and text.isdigit() else 0.0
