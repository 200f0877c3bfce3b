"""What does a handler get, and what does it give back?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.contract import Operation
from service.identity import Caller


@dataclass(frozen=True)
class Call:
    """A request that fits the contract, of somebody who may."""

    operation: Operation
    caller: Caller
    request_id: str
    params: Mapping[str, str]
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
