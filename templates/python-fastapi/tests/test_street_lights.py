"""Are street lights made, read, changed, listed and removed as the contract says?"""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from service.street_lights import ENTITY
from tests.contract_checks import assert_fits, assert_problem
from tests.world import CONTRACT, World, assertion

PATH = "/street-lights"
CONTACT = {"name": "Leah Rosenberg", "phone": "+447700900142"}


def fresh(**more: Any) -> dict[str, Any]:
    """A body that can be sent once: no other record has its reference."""
    return {"reference": f"LBH-{random.randrange(10**7, 10**8)}", "name": "A first one", **more}


def own_uprn() -> str:
    """A property number of one test, so that a list can be asked for its records."""
    return str(random.randrange(10**10, 10**11))


def made(world: World, **more: Any) -> tuple[str, str, dict[str, Any]]:
    """The address, the tag and the body of a new one."""
    answer = world.post(PATH, fresh(**more))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"], answer.headers["etag"], answer.json()


def test_what_was_created_can_be_read_where_location_says(world: World) -> None:
    body = fresh(status="open", postcode="E8 4QZ", uprn="10008230114", contact=CONTACT)
    created = world.post(PATH, body)
    assert_fits(created, "createStreetLight")
    assert created.headers["location"] == f"{CONTRACT.base_path}{PATH}/{created.json()['id']}"
    read = world.call(created.headers["location"])
    assert_fits(read, "getStreetLight")
    assert read.json() == created.json() == {**created.json(), **body}


def test_what_need_not_be_said_has_its_default_or_is_not_there(world: World) -> None:
    _, _, body = made(world)
    assert body.keys() == {"id", "reference", "name", "status", "createdAt", "updatedAt"}
    assert body["status"] == "open"


def test_every_fault_of_a_body_is_told_with_its_place_and_without_its_value(world: World) -> None:
    body = {"name": "", "status": "x", "postcode": "e8", "uprn": "0", "contact": {"name": "X", "phone": "1"}, "a/b": 1}
    refused = world.post(PATH, body)
    places = ["/a~1b", "/contact/phone", "/name", "/postcode", "/reference", "/status", "/uprn"]
    assert_problem(refused, 400, "invalid-request", places)
    assert_fits(refused, "createStreetLight")
    personal = world.post(PATH, fresh(contact={"name": "Leah Rosenberg", "phone": "07700-900187"}))
    assert "Leah" not in personal.text
    assert "900187" not in personal.text


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("postcode", ["E84QZ", "e8 4qz", "E8  4QZ", "E8 4CZ", "", " E8 4QZ", "E8 4QZ\n", None, 8]),
        ("uprn", ["0", "012", "1234567890123", "12a", "", 10008230114, "\uff11\uff12", "12\n"]),
        ("name", ["", "   ", "a\0b", "a\nb", "x" * 201, 7]),
        ("reference", ["", "lbh-1001", "LBH-1", "LBH1001", "LBH-1001 ", "LBH-123456789"]),
        (
            "contact",
            [{}, {"name": "X"}, {**CONTACT, "phone": "07700 900142"}, {**CONTACT, "phone": "+4477009001420"}, 1],
        ),
    ],
)
def test_only_real_values_are_taken(world: World, name: str, values: list[Any]) -> None:
    for value in values:
        refused = world.post(PATH, fresh(**{name: value}))
        assert_problem(refused, 400, "invalid-request")
        assert all(fault["pointer"].startswith(f"/{name}") for fault in refused.json()["errors"]), refused.text


def test_a_text_that_means_something_to_sql_is_text(world: World) -> None:
    name = "Robert'); DROP TABLE street_lights; -- %s %(x)s \\ \U0001f600"
    address, _, _ = made(world, name=name)
    assert world.call(address).json()["name"] == name


def test_a_reference_is_given_once(world: World) -> None:
    _, _, body = made(world)
    refused = world.post(PATH, fresh(reference=body["reference"]))
    assert_problem(refused, 409, "reference-taken", ["/reference"])


def test_a_repeated_key_gets_the_first_answer_again(world: World) -> None:
    uprn, headers = own_uprn(), {"idempotency-key": str(uuid4())}
    body = fresh(uprn=uprn)
    first = world.post(PATH, body, headers)
    again = world.post(PATH, dict(reversed(body.items())), headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert len(world.call(f"{PATH}?uprn={uprn}").json()["items"]) == 1
    assert_problem(world.post(PATH, fresh(), headers), 422, "idempotency-key-reused")
    another = world.call(PATH, "POST", fresh(), headers, assertion())
    assert another.status_code == 201, "a key belongs to its caller"


def test_many_tries_with_one_key_at_once_make_one_record(world: World) -> None:
    body, headers = fresh(), {"idempotency-key": str(uuid4())}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: world.post(PATH, body, headers), range(10)))
    made_by = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(made_by) == 1
    for answer in answers:
        if answer.status_code != 201:
            assert_problem(answer, 409, "request-in-progress")


def test_a_merge_patch_sets_what_is_sent_removes_what_is_null_and_leaves_the_rest(world: World) -> None:
    address, seen, body = made(world, postcode="E8 4QZ", uprn="10008230114", contact=CONTACT)
    changes = {"status": "inProgress", "uprn": None, "contact": {"phone": "+442083563000"}}
    changed = world.patch(address, changes, seen)
    assert_fits(changed, "updateStreetLight")
    del body["uprn"]
    contact = {"name": "Leah Rosenberg", "phone": "+442083563000"}
    updated_at = changed.json()["updatedAt"]
    assert changed.json() == {**body, "status": "inProgress", "contact": contact, "updatedAt": updated_at}
    assert changed.headers["etag"] != seen
    assert world.call(address).json() == changed.json()


def test_a_patch_that_breaks_the_record_changes_nothing(world: World) -> None:
    address, seen, body = made(world)
    half = world.patch(address, {"contact": {"phone": "+442083563000"}}, seen)
    assert_problem(half, 400, "invalid-request", ["/contact/name"])
    for bad in [{}, {"name": None}, {"reference": "LBH-1002"}, {"id": str(uuid4())}, [], "null", '"text"', {"uprn": 1}]:
        assert_problem(world.patch(address, bad, seen), 400, "invalid-request")
    assert world.call(address).json() == body


def test_a_change_needs_the_state_that_it_is_based_on(world: World) -> None:
    address, seen, _ = made(world)
    assert_problem(world.patch(address, {"name": "B"}), 428, "precondition-required")
    assert_problem(world.remove(address), 428, "precondition-required")
    now = world.patch(address, {"name": "B"}, seen).headers["etag"]
    for stale in [seen, '"999"', f"W/{now}", "nonsense"]:
        assert_problem(world.patch(address, {"name": "C"}, stale), 412, "precondition-failed")
        assert_problem(world.remove(address, stale), 412, "precondition-failed")
    assert world.patch(address, {"name": "D"}, f'"77", {now}').status_code == 200
    assert world.patch(address, {"name": "E"}, "*").status_code == 200


def test_of_many_changes_of_one_state_one_is_made(world: World) -> None:
    address, seen, _ = made(world)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda turn: world.patch(address, {"name": f"Name {turn}"}, seen), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


def test_what_is_closed_is_not_changed_any_more_but_can_be_removed(world: World) -> None:
    address, seen, _ = made(world, status="closed")
    assert_problem(world.patch(address, {"status": "open"}, seen), 409, "already-closed")
    removed = world.remove(address, seen)
    assert (removed.status_code, removed.content) == (204, b"")
    assert_problem(world.call(address), 404, "not-found")
    assert_problem(world.remove(address, seen), 404, "not-found")


def test_an_identifier_that_nobody_has_is_404_and_what_is_none_is_400(world: World) -> None:
    assert_problem(world.call(f"{PATH}/{uuid4()}"), 404, "not-found")
    for bad in ["1", "'", f"{uuid4()}x", "%00"]:
        assert_problem(world.call(f"{PATH}/{bad}"), 400, "invalid-request", ["id"])


def test_pages_hold_every_record_once_there_and_back_in_each_order(world: World) -> None:
    uprn = own_uprn()
    for number in range(8):
        made(world, uprn=uprn, name=f"Name {number % 3}")
    for sort in ["createdAt", "-createdAt", "name", "-name", "reference", "-reference"]:
        start = f"{PATH}?uprn={uprn}&limit=3&sort={sort}"
        pages, last = _walked(world, start, "next")
        assert [len(page) for page in pages] == [3, 3, 2], sort
        whole = world.call(f"{PATH}?uprn={uprn}&limit=100&sort={sort}")
        assert_fits(whole, "listStreetLights")
        assert [item["reference"] for item in whole.json()["items"]] == [
            reference for page in pages for reference in page
        ]
        assert list(reversed(_walked(world, last, "prev")[0])) == pages, sort


def _walked(world: World, address: str, link: str) -> tuple[list[list[str]], str]:
    pages, last = [], address
    while address and len(pages) < 20:
        last, page = address, world.call(address).json()
        pages.append([item["reference"] for item in page["items"]])
        address = page["links"].get(link)
    return pages, last


def test_filters_hold_together_and_a_list_names_nobody(world: World) -> None:
    uprn = own_uprn()
    for status in ["open", "closed", "inProgress"]:
        made(world, uprn=uprn, status=status, contact=CONTACT)
    found = world.call(f"{PATH}?uprn={uprn}&status=open,closed&sort=createdAt").json()["items"]
    assert [item["status"] for item in found] == ["open", "closed"]
    assert "contact" not in found[0]
    assert world.call(f"{PATH}?uprn={uprn}&postcode=E8%204QZ").json()["items"] == []
    assert world.call(f"{PATH}?uprn={uprn}&created_at_from=2999-01-01T00:00:00Z").json()["items"] == []
    chosen = world.call(f"{PATH}?uprn={uprn}&fields=name,status").json()["items"]
    assert {tuple(item) for item in chosen} == {("id", "name", "status")}


def test_a_parameter_that_is_not_known_or_out_of_bounds_is_refused_by_its_name(world: World) -> None:
    bad = {
        "limit": ["0", "101", "-1", "1.5", "x", ""],
        "sort": ["x", "-", "id"],
        "status": ["x", "open,x", ""],
        "fields": ["x", "contact"],
        "cursor": ["x", "!!", "W10", "eyJhIjoxfQ"],
        "created_at_from": ["yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z"],
        "uprm": ["1"],
    }
    for name, values in bad.items():
        for value in values:
            assert_problem(world.call(f"{PATH}?{name}={value}"), 400, "invalid-request", [name])
    assert_problem(world.call(f"{PATH}?limit=1&limit=2"), 400, "invalid-request", ["limit"])
    cursor = world.call(f"{PATH}?limit=1").json().get("nextCursor")
    assert_problem(world.call(f"{PATH}?sort=name&cursor={cursor}"), 400, "invalid-request", ["cursor"])


def test_each_change_tells_of_itself_without_personal_data(world: World) -> None:
    address, seen, body = made(world, contact=CONTACT)
    seen = world.patch(address, {"status": "closed"}, seen).headers["etag"]
    world.remove(address, seen)
    events = [
        row[0]
        for row in world.rows(f"SELECT envelope FROM outbox_events WHERE entity_id = '{body['id']}' ORDER BY position")
    ]
    assert [event["type"] for event in events] == [f"{ENTITY}.{verb}" for verb in ("created", "updated", "deleted")]
    assert [event["old"] is None for event in events] == [True, False, False]
    assert [event["new"] is None for event in events] == [False, False, True]
    assert events[1]["new"]["status"] == "closed"
    assert "Rosenberg" not in str(events)
