"""Does an answer look as the contract promises? Its status, its headers and its body."""

import httpx
import jsonschema_rs

from service.contract import resolved
from tests.world import CONTRACT

_REGISTRY = jsonschema_rs.Registry([("urn:contract", CONTRACT.document)])


def assert_fits(answer: httpx.Response, operation_id: str) -> None:
    """Holds an answer against what the contract says of the operation."""
    operation = CONTRACT.operations[operation_id]
    said = CONTRACT.document["paths"][operation.path][operation.method.lower()]["responses"]
    assert str(answer.status_code) in said, f"{operation_id} does not say that it answers {answer.status_code}"
    response = resolved(CONTRACT.document, said[str(answer.status_code)])
    for name in response.get("headers", {}):
        assert name in answer.headers, f"{operation_id} {answer.status_code} has no {name}"
    for media_type, media in list(response.get("content", {}).items())[:1]:
        assert answer.headers["content-type"].startswith(media_type)
        schema = {"$ref": f"urn:contract{media['schema']['$ref']}"}
        check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True, registry=_REGISTRY)
        faults = [error.message for error in check.iter_errors(answer.json())]
        assert not faults, f"{operation_id}: {faults}\n{answer.text}"
        known = resolved(CONTRACT.document, media["schema"])["properties"]
        assert answer.json().keys() <= known.keys(), "what the contract does not name"


def assert_problem(answer: httpx.Response, status: int, code: str, places: list[str] | None = None) -> None:
    """A refusal in the shape of every problem; `places` are those of its faults."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"https://hub.hackney.example/problems/{code}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['request-id']}"
    if places is not None:
        found = {fault.get("pointer", fault.get("parameter")) for fault in problem.get("errors", [])}
        assert sorted(found) == places, answer.text
