"""Which contracts are measured beside the real ones: generated, always alike."""

import gzip
import json
import re


def of_operations(count, newer=False):
    """A contract of so many operations, each with parameters, a body, answers, an example and two schemas of its own.
    The newer one differs in one operation of ten."""
    paths, schemas = {}, {"Problem": {"type": "object", "properties": {"status": {"type": "integer"}, "title": {"type": "string"}}}}
    for number in range(count):
        changed = newer and number % 10 == 0
        name, next_name = f"Thing{number}", f"Thing{(number + 1) % count}"
        schemas[name] = {"type": "object", "description": f"What is known of thing {number}.",
                         "required": ["id"] if changed else ["id", "name"], "properties": {
                             "id": {"type": "string", "format": "uuid"}, "name": {"type": "string", "maxLength": 40 if changed else 50},
                             "kind": {"type": "string", "enum": ["large", "small", "other"]},
                             "count": {"type": "integer", "format": "int32", "minimum": 0},
                             "next": {"$ref": f"#/components/schemas/{next_name}"},
                             "seenAt": {"type": "array", "items": {"type": "string", "format": "date-time"}}}}
        paths[f"/things-{number}/{{thing_id}}"] = {method: operation(method, number, name) for method in [
            ("get", "put", "post", "delete", "patch")[number % 5]]}
    return document(paths, schemas, "2.0.0" if newer else "1.0.0")


def operation(method, number, name):
    schema = {"$ref": f"#/components/schemas/{name}"}
    body = {"content": {"application/json": {"schema": schema}}}
    problem = {"description": "It went wrong.", "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    parameters = [{"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                  {"name": "pageSize", "in": "query", "schema": {"type": "integer", "maximum": 100}}]
    example = {"one": {"value": {"id": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "name": "A thing", "count": number}}}
    answers = {"200": {"description": "The thing.", "content": {"application/json": {"schema": schema, "examples": example}}},
               "400": problem, "404": problem, "429": problem}
    whole = {"operationId": f"{method}Thing{number}", "summary": f"{method.title()} thing {number}", "tags": ["things"],
             "description": "People ask for a thing when they need to know more about it.", "parameters": parameters}
    return whole | ({"requestBody": body} if method in ("put", "post", "patch") else {}) | {"responses": answers}


def document(paths, schemas, version):
    return json.dumps({"openapi": "3.1.0", "info": {"title": "Things", "version": version, "description": "Things and more."},
                       "servers": [{"url": "https://api.example.gov.uk/things/v1"}], "tags": [{"name": "things"}],
                       "paths": paths, "components": {"schemas": schemas}}, indent=1)


def of_lines(count):
    """The smallest of these contracts that has so many lines."""
    return next(text for text in map(of_operations, range(1, count)) if text.count("\n") >= count)


def rules_of(text):
    """The rules of a ruleset in which every rule is a line."""
    return [line for line in text.splitlines() if re.match(r"  [a-z0-9-]+: \{ given: ", line)]


def unpacked(folder, into):
    """The contracts of a folder that are packed."""
    into.mkdir(parents=True, exist_ok=True)
    files = []
    for packed in sorted(folder.glob("*.json.gz")):
        files.append(written(into / packed.name.removesuffix(".gz"), gzip.decompress(packed.read_bytes()).decode()))
    return files


def written(file, text):
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
    return file
