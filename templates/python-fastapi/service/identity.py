"""Who calls, and may they? Only the platform's signed word counts; the network from which a request comes does not."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from service.access import AccessRule
from service.problem import Problem, unavailable
from service.settings import Settings


@dataclass(frozen=True)
class Caller:
    kind: str
    """`application` or `person`."""
    id: str
    groups: frozenset[str]


Identify = Callable[[Mapping[str, str]], Awaitable[Caller]]

_ANYBODY = "*"
_LARGEST_ASSERTION = 8192
_LARGEST_KEY_SET = 65_536
_ALGORITHMS = ("ES256", "RS256", "EdDSA")
"""What the platform can sign with."""
_TYPE = "hansom-identity+jwt"
_KEPT_SECONDS = 600
_COOL_DOWN_SECONDS = 30


class KeysAwayError(Exception):
    """The platform's keys cannot be had, which says nothing about the caller."""


class PlatformKeys:
    """Kept for ten minutes; asked again for a key that is not known, but not more often than twice a minute."""

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = -float(_KEPT_SECONDS)
        self._asking = asyncio.Lock()

    async def key(self, kid: str) -> jwt.PyJWK | None:
        age = time.monotonic() - self._read_at
        if age < _KEPT_SECONDS and (kid in self._keys or age < _COOL_DOWN_SECONDS):
            return self._keys.get(kid)
        before = self._read_at
        async with self._asking:
            if self._read_at == before:
                self._keys = await self._read()
                self._read_at = time.monotonic()
        return self._keys.get(kid)

    async def _read(self) -> dict[str, jwt.PyJWK]:
        try:
            async with self._client.stream("GET", self._url) as response:
                response.raise_for_status()
                text = b""
                async for chunk in response.aiter_bytes():
                    text += chunk
                    if len(text) > _LARGEST_KEY_SET:
                        raise KeysAwayError("the platform's keys are larger than 64 KiB")
            return {key.key_id: key for key in jwt.PyJWKSet.from_dict(json.loads(text)).keys if key.key_id}
        except (httpx.HTTPError, ValueError, jwt.PyJWTError, AttributeError) as error:
            raise KeysAwayError("the platform's keys cannot be read") from error


def identify_by(settings: Settings, api: str, client: httpx.AsyncClient) -> Identify:
    if settings.identity == "local":
        developer = Caller("person", "local-developer", frozenset([_ANYBODY]))

        async def everybody(_headers: Mapping[str, str]) -> Caller:
            return developer

        return everybody
    keys = PlatformKeys(settings.hansom_jwks_url or "", client)

    async def by_the_platform(headers: Mapping[str, str]) -> Caller:
        assertion = headers.get("hansom-identity", "")
        if not assertion or len(assertion) > _LARGEST_ASSERTION:
            raise _unauthenticated()
        try:
            claims = await _verified(assertion, keys, settings)
        except KeysAwayError as error:
            raise unavailable() from error
        except (jwt.PyJWTError, ValueError) as error:
            raise _unauthenticated() from error
        if claims.get("api") != api or claims.get("environment") != settings.environment:
            raise _unauthenticated()
        return _caller_of(claims)

    return by_the_platform


def permit(caller: Caller, rule: AccessRule) -> None:
    """Refuses who is not let in by the rule of an operation."""
    # The platform has checked that an application has a grant for the operation.
    may = rule.applications if caller.kind == "application" else not caller.groups.isdisjoint({_ANYBODY, *rule.groups})
    if not may:
        raise Problem("not-allowed", "You are in no group that may do this. Ask the owner of this API.")


async def _verified(assertion: str, keys: PlatformKeys, settings: Settings) -> dict[str, Any]:
    head = jwt.get_unverified_header(assertion)
    algorithm, kid = head.get("alg"), head.get("kid")
    if head.get("typ") != _TYPE or algorithm not in _ALGORITHMS or not isinstance(kid, str):
        raise _unauthenticated()
    key = await keys.key(kid)
    # A key verifies by the algorithm that it was made for, whatever the assertion says.
    if key is None or key.algorithm_name != algorithm:
        raise _unauthenticated()
    claims: dict[str, Any] = jwt.decode(
        assertion,
        key,
        algorithms=[algorithm],
        issuer=settings.hansom_issuer,
        audience=settings.hansom_audience,
        leeway=5,
        options={"require": ["exp", "sub", "iss", "aud"]},
    )
    return claims


def _caller_of(claims: Mapping[str, Any]) -> Caller:
    kind, named = claims.get("kind"), claims.get("groups") or []
    is_group = all(isinstance(group, str) and "@" in group for group in named) if isinstance(named, list) else False
    if kind not in ("application", "person") or not is_group or not claims["sub"]:
        raise _unauthenticated()
    return Caller(kind, claims["sub"], frozenset(named if kind == "person" else ()))


def _unauthenticated() -> Problem:
    detail = "Call through the platform with an access token."
    return Problem("unauthenticated", detail, headers={"www-authenticate": "Bearer"})
