"""What is written down? One line of JSON for each request, and no personal data in it."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger("service")

_HIDDEN = frozenset(
    ["contact", "phone", "email", "name", "postcode", "uprn", "authorization", "password", "body", "token"]
)
"""Names under which personal data or secrets could stand in something that is logged."""

_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "[email]"),
    (re.compile(r"\+?\b(44|0)[\d ]{9,13}\b"), "[phone]"),
    (
        re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
        "[national insurance number]",
    ),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE), "[postcode]"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), "[token]"),
)


def begin_journal(level: str, service: str, version: str, environment: str) -> None:
    """Every line of this process goes to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines({"service": service, "version": version, "environment": environment}))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for talker in ("uvicorn", "httpx", "httpcore"):
        logging.getLogger(talker).setLevel(max(logging.WARNING, logging.getLogger().level))


def masked(text: str) -> str:
    """Text of others may hold anything."""
    for pattern, instead in _PERSONAL:
        text = pattern.sub(instead, text)
    return text


class _Lines(logging.Formatter):
    def __init__(self, base: dict[str, str]) -> None:
        super().__init__()
        self._base = base

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "level": record.levelname.lower(),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            **self._base,
            **{name: _hidden(name, value) for name, value in vars(record).items() if name not in _USUAL},
            "message": masked(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            line["error"] = _failure(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}
"""What every record of Python has."""


def _hidden(name: str, value: Any) -> Any:
    if name.lower() in _HIDDEN:
        return "[masked]"
    if isinstance(value, dict):
        return {inner: _hidden(inner, one) for inner, one in value.items()}
    return masked(value) if isinstance(value, str) else value


def _failure(error: BaseException) -> dict[str, str]:
    """A failure without what a database says of values: `Key (phone)=(…) already exists`."""
    stack = "".join(traceback.format_exception(error))
    return {"type": type(error).__name__, "message": masked(str(error)), "stack": masked(stack)}
