"""Is everybody let in who should, and nobody else?"""

import base64
import json
import time

import pytest

from tests.contract_checks import assert_problem
from tests.world import CONTRACT, OTHER_KEY, World, assertion, service

PATH = "/street-lights"


def test_every_operation_is_closed_to_who_does_not_say_who_calls(world: World) -> None:
    for operation in CONTRACT.operations.values():
        path = operation.path.replace("{id}", "3e0c1f6a-52d4-4b0f-9c57-8a1d2e6f4b03")
        refused = world.call(path, operation.method, identity=None)
        assert_problem(refused, 401, "unauthenticated")
        assert "www-authenticate" in refused.headers


def _without_signature() -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "hansom-identity+jwt"}).encode()).decode()
    return f"{head.rstrip('=')}.{assertion().split('.')[1]}."


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(lambda: assertion(key=OTHER_KEY), id="of another key"),
        pytest.param(_without_signature, id="without a signature"),
        pytest.param(lambda: assertion({"iss": "https://evil.example"}), id="of another issuer"),
        pytest.param(lambda: assertion({"aud": "https://other.example"}), id="for another upstream"),
        pytest.param(lambda: assertion({"api": "another"}), id="for another API"),
        pytest.param(lambda: assertion({"environment": "another"}), id="of another environment"),
        pytest.param(lambda: assertion({"exp": int(time.time()) - 60}), id="that is over"),
        pytest.param(lambda: assertion({"exp": None}), id="without an end"),
        pytest.param(lambda: assertion({"sub": None}), id="without a subject"),
        pytest.param(lambda: assertion({"kind": "robot"}), id="of a kind that is not known"),
        pytest.param(lambda: assertion(head={"typ": "at+jwt"}), id="that is an access token"),
        pytest.param(lambda: assertion(head={"kid": "another"}), id="of a key that is not known"),
        pytest.param(lambda: assertion({"more": "x" * 9000}), id="that is too long"),
        pytest.param(lambda: "nonsense", id="that is none"),
    ],
)
def test_an_assertion_is_worth_nothing(world: World, bad) -> None:
    assert_problem(world.call(PATH, identity=bad()), 401, "unauthenticated")


def test_a_person_in_no_group_that_may_is_refused_and_an_application_with_a_grant_is_let_in(world: World) -> None:
    assert_problem(world.call(PATH, identity=assertion({"groups": ["others@elsewhere.example"]})), 403, "not-allowed")
    assert_problem(world.call(PATH, identity=assertion({"groups": []})), 403, "not-allowed")
    assert_problem(world.call(PATH, identity=assertion({"groups": ["*"]})), 401, "unauthenticated")
    assert world.call(PATH, identity=assertion({"kind": "application", "groups": None})).status_code == 200


def test_keys_that_cannot_be_had_are_not_the_callers_fault(database_url: str) -> None:
    with service(database_url, HANSOM_JWKS_URL="http://127.0.0.1:9/oauth/jwks") as alone:
        assert_problem(alone.call(PATH), 503, "unavailable")


def test_on_a_developers_machine_everybody_is_let_in_and_the_log_says_so(database_url: str) -> None:
    with service(database_url, ENVIRONMENT="local", IDENTITY="local") as local:
        assert local.call(PATH, identity=None).status_code == 200
        assert local.logged("IDENTITY is local")["level"] == "warning"
