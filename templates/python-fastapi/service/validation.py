"""Does a request fit the contract? Every fault is told at once, each with its place."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationError

from service.contract import Contract, Operation, Parameter, Tree
from service.problem import Fault, invalid

_CONTRACT = "urn:contract"


@dataclass(frozen=True)
class Sent:
    """What came with a request, as text but for the body."""

    params: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Any


class Checks:
    """Makes checks that know the components of the contract."""

    def __init__(self, contract: Contract) -> None:
        self._registry = jsonschema_rs.Registry([(_CONTRACT, contract.document)])

    def of(self, operation: Operation) -> Callable[[Sent], dict[str, Any]]:
        """A check of requests to an operation. It gives the query, read as the contract says that it is written."""
        path, query, header = (operation.parameters_in(place) for place in ("path", "query", "header"))
        checks = {place: self._of_parameters(operation.parameters_in(place)) for place in ("path", "query", "header")}
        body = self.of_body(operation)

        def check(sent: Sent) -> dict[str, Any]:
            read = _read_query(query, sent.query)
            params = {one.name: sent.params[one.name] for one in path}
            headers = {one.name: sent.headers[one.name.lower()] for one in header if one.name.lower() in sent.headers}
            faults = [
                *_faults_of(checks["path"], params, _parameter_fault),
                *_faults_of(checks["query"], read, _parameter_fault),
                *_faults_of(checks["header"], headers, _parameter_fault),
                *(body(sent.body) if body else []),
            ]
            if faults:
                raise invalid(faults)
            return read

        return check

    def of_body(self, operation: Operation) -> Callable[[Any], list[Fault]] | None:
        """The faults of a body; also for what is put together from a record and a change."""
        if operation.body is None:
            return None
        check = self._compiled(_absolute(operation.body))
        return lambda body: _faults_of(check, body, _body_fault)

    def _of_parameters(self, parameters: Iterable[Parameter]) -> jsonschema_rs.Validator:
        return self._compiled(
            {
                "type": "object",
                "additionalProperties": False,
                # A header that has to be there has an answer of its own, 428, which its reader gives.
                "required": [one.name for one in parameters if one.required and one.place != "header"],
                "properties": {one.name: _absolute(one.schema) for one in parameters},
            }
        )

    def _compiled(self, schema: Tree) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, registry=self._registry)


def _absolute(node: Tree) -> Tree:
    """References of a part lead to the whole document."""
    if isinstance(node, list):
        return [_absolute(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"{_CONTRACT}{value}" if name == "$ref" and value.startswith("#") else _absolute(value)
        for name, value in node.items()
    }


def _read_query(parameters: Iterable[Parameter], sent: Mapping[str, list[str]]) -> dict[str, Any]:
    """Numbers and lists as the contract says that they are written. What is written otherwise is left for the check."""
    # What is said twice is no text, and nothing else that a parameter can be.
    read: dict[str, Any] = {name: values[0] if len(values) == 1 else {} for name, values in sent.items()}
    for parameter in parameters:
        name, schema = parameter.name, parameter.schema
        if name not in read and "default" in schema:
            read[name] = schema["default"]
        value = read.get(name)
        if not isinstance(value, str):
            continue
        if schema.get("type") == "integer" and re.fullmatch(r"-?[0-9]{1,15}", value, re.ASCII):
            read[name] = int(value)
        elif schema.get("type") == "array":
            read[name] = value.split(",")
    return read


def _faults_of(
    check: jsonschema_rs.Validator, value: Any, fault: Callable[[ValidationError], list[Fault]]
) -> list[Fault]:
    errors = [leaf for error in check.iter_errors(value) for leaf in _leaves(error)]
    return list(dict.fromkeys(one for error in errors for one in fault(error)))


def _leaves(error: ValidationError) -> Iterable[ValidationError]:
    """Of a choice, the faults within its branches: what they have in common is what is wrong."""
    context = getattr(error.kind, "context", None)
    if not context:
        yield error
        return
    for branch in context:
        for inner in branch:
            # `null` is how a value is removed; whoever sends another value means the other branch.
            if inner.kind.name != "type" or inner.kind.types != ["null"]:
                yield from _leaves(inner)


def _names(error: ValidationError) -> list[str]:
    kind: Any = error.kind
    match kind.name:
        case "required":
            return [kind.property]
        case "additionalProperties":
            return list(kind.unexpected)
        case _:
            return []


def _body_fault(error: ValidationError) -> list[Fault]:
    pointer = "".join(f"/{_escaped(str(step))}" for step in error.instance_path)
    places = [f"{pointer}/{_escaped(name)}" for name in _names(error)] or [pointer]
    return [Fault(_advice(error), pointer=place[:400]) for place in places]


def _parameter_fault(error: ValidationError) -> list[Fault]:
    places = _names(error) or [str(next(iter(error.instance_path), ""))]
    return [Fault(_advice(error), parameter=place[:100]) for place in places]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _advice(error: ValidationError) -> str:
    """What to do, without what was sent: that may be personal data."""
    kind: Any = error.kind
    match kind.name:
        case "enum":
            return f"Must be one of {', '.join(map(str, kind.options))}."
        case "type":
            return f"Must be {' or '.join(kind.types)}."
        case "format":
            return f"Must be a {kind.format}."
        case "pattern":
            schema = str(error.absolute_keyword_location)
            return next((advice for name, advice in _PATTERNS.items() if f"/{name}/" in schema), "Has the wrong form.")
        case name:
            return _ADVICE.get(name, "Does not fit the contract.").format(getattr(kind, "limit", ""))


_ADVICE = {
    "required": "Is missing.",
    "additionalProperties": "Is not known. Leave it out.",
    "minimum": "Must be at least {}.",
    "maximum": "Must be at most {}.",
    "minLength": "Must hold at least {} characters.",
    "maxLength": "Must hold at most {} characters.",
    "minItems": "Must hold at least {}.",
    "minProperties": "Must hold at least {}.",
    "maxItems": "Must hold at most {}.",
    "maxProperties": "Must hold at most {}.",
    "uniqueItems": "Must not name anything twice.",
}

_PATTERNS = {
    "PostalCode": "Must be a postcode in capital letters with one space, such as E8 4QZ.",
    "PropertyNumber": "Must be one to twelve digits without a zero in front.",
    "PhoneNumber": "Must be a telephone number in the international form, such as +447700900142.",
    "ReferenceNumber": "Must be two to four capital letters, a hyphen and three to eight digits.",
    "DisplayName": "Must hold something to read, and no control characters.",
}
