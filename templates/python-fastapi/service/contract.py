"""What does the contract promise? Routes and checks are made from openapi.yaml, so they cannot differ from it."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from service.project import project_file

Tree = Any
"""A contract is a tree of anything."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    """`path`, `query` or `header`."""
    required: bool
    schema: Tree


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    """As the contract writes it: `/things/{id}`."""
    parameters: tuple[Parameter, ...]
    media_type: str | None
    body: Tree | None

    def parameters_in(self, place: str) -> tuple[Parameter, ...]:
        return tuple(parameter for parameter in self.parameters if parameter.place == place)


@dataclass(frozen=True)
class Contract:
    text: str
    document: Tree
    version: str
    base_path: str
    """What stands before every path: `/name/v1`."""
    operations: dict[str, Operation]

    def methods_at(self, path: str) -> list[str]:
        """The methods that a request's path takes, in order; none if it is no path of the contract."""
        methods = {operation.method for operation in self.operations.values() if self._is_at(operation, path)}
        return sorted(methods | ({"HEAD"} if "GET" in methods else set()))

    def _is_at(self, operation: Operation, path: str) -> bool:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(self.base_path + operation.path))
        return re.fullmatch(pattern, path) is not None


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without dates: `2026-11-23` in an example is a text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def read_contract() -> Contract:
    text = project_file("openapi.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, but for dates
    operations = {
        item[method]["operationId"]: _operation_of(document, path, method, item)
        for path, item in document["paths"].items()
        for method in _METHODS
        if method in item
    }
    return Contract(text, document, document["info"]["version"], document["servers"][0]["url"], operations)


def resolved(document: Tree, node: Tree) -> Tree:
    """What a reference within the document leads to."""
    while isinstance(node, dict) and isinstance(node.get("$ref"), str):
        at = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            at = at[name.replace("~1", "/").replace("~0", "~")]
        node = at
    return node


def _operation_of(document: Tree, path: str, method: str, item: Tree) -> Operation:
    operation = item[method]
    found = [resolved(document, one) for one in [*item.get("parameters", []), *operation.get("parameters", [])]]
    parameters = tuple(
        Parameter(one["name"], one["in"], one.get("required", False), resolved(document, one["schema"]))
        for one in found
    )
    content = resolved(document, operation.get("requestBody", {})).get("content", {})
    media_type, media = next(iter(content.items()), (None, dict[str, Tree]()))
    return Operation(operation["operationId"], method.upper(), path, parameters, media_type, media.get("schema"))
