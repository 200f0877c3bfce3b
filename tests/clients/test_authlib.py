"""Does Authlib, as most of PyPI uses it, get along with the authorisation server?"""

import json
import unittest

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from town import CALLBACK, Town

# Amina, as the demo's provider knows her.
AMINA = "104417250038861920011"
town = None


def setUpModule():
    global town
    town = Town()


def tearDownModule():
    town.stop()


def metadata():
    return requests.get(f"{town.hub}/.well-known/oauth-authorization-server", timeout=10).json()


def session(**more):
    """The application with its key. Everything that it says of itself is in the assertion."""
    known = metadata()
    made = OAuth2Session(town.id, ECKey.import_key(town.key), token_endpoint_auth_method="private_key_jwt",
                         revocation_endpoint_auth_method="private_key_jwt", **more)
    made.register_client_auth_method(PrivateKeyJWT(known["token_endpoint"], alg="ES256"))
    return made, known


def claims_of(token):
    keys = KeySet.import_key_set(requests.get(metadata()["jwks_uri"], timeout=10).json())
    return jwt.decode(token, keys, algorithms=["ES256"]).claims


class Discovery(unittest.TestCase):
    def test_the_metadata_is_what_its_standard_says_but_for_plain_http_on_this_machine(self):
        secure = json.dumps(metadata()).replace("http://", "https://")
        AuthorizationServerMetadata(json.loads(secure)).validate()


class ClientCredentials(unittest.TestCase):
    def test_a_signed_assertion_is_worth_a_token_that_the_gateway_knows(self):
        client, known = session()
        token = client.fetch_token(known["token_endpoint"], grant_type="client_credentials", resource=town.production)
        claims = claims_of(token["access_token"])
        self.assertEqual((claims["aud"], claims["client_id"]), (town.production, town.id))
        refused = client.get(f"{town.production}/repairs/v1/repairs", timeout=10)
        self.assertEqual((refused.status_code, refused.json()["code"]), (403, "grant-missing"))

    def test_a_token_is_introspected_revoked_and_then_inactive(self):
        client, known = session()
        token = client.fetch_token(known["token_endpoint"], grant_type="client_credentials")["access_token"]
        seen = client.introspect_token(known["introspection_endpoint"], token=token).json()
        self.assertEqual((seen["active"], seen["client_id"]), (True, town.id))
        self.assertEqual(client.revoke_token(known["revocation_endpoint"], token=token).status_code, 200)
        seen = client.introspect_token(known["introspection_endpoint"], token=token).json()
        self.assertEqual(seen, {"active": False})


def signed_in():
    """Amina lets the application in: its session with her tokens."""
    client, known = session(redirect_uri=CALLBACK, code_challenge_method="S256")
    verifier = generate_token(48)
    url, state = client.create_authorization_url(known["authorization_endpoint"], code_verifier=verifier,
                                                 resource=town.production)
    answer = town.amina.allow(url)
    client.fetch_token(known["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier)
    return client, known


class People(unittest.TestCase):
    def test_a_person_lets_the_application_in_by_code_and_pkce(self):
        client, _ = signed_in()
        claims = claims_of(client.token["access_token"])
        self.assertEqual((claims["client_id"], claims["groups"]), (town.id, ["housing-officers@hackney.example"]))
        self.assertEqual(client.get(f"{town.production}/repairs/v1/repairs", timeout=10).status_code, 200)

    def test_a_code_without_its_verifier_is_worth_nothing(self):
        client, known = session(redirect_uri=CALLBACK, code_challenge_method="S256")
        url, state = client.create_authorization_url(known["authorization_endpoint"], code_verifier=generate_token(48))
        answer = town.amina.allow(url)
        with self.assertRaisesRegex(OAuthError, "invalid_grant"):
            client.fetch_token(known["token_endpoint"], authorization_response=answer, state=state,
                               code_verifier=generate_token(48))

    def test_an_address_that_was_not_registered_gets_no_answer(self):
        client, known = session(redirect_uri=CALLBACK + "/elsewhere", code_challenge_method="S256")
        url, _ = client.create_authorization_url(known["authorization_endpoint"], code_verifier=generate_token(48))
        page, text = town.amina.open(url)
        self.assertTrue(page.startswith(town.hub) and "redirect_uri" in text, page)

    def test_a_refresh_token_rotates_and_one_that_is_shown_again_ends_its_family(self):
        client, known = signed_in()
        first = client.token["refresh_token"]
        client.refresh_token(known["token_endpoint"])
        second = client.token["refresh_token"]
        self.assertNotEqual(first, second)
        for spent in (first, second):
            with self.assertRaisesRegex(OAuthError, "invalid_grant"):
                client.refresh_token(known["token_endpoint"], refresh_token=spent)

    def test_a_refresh_token_that_is_given_back_takes_its_access_token_along(self):
        client, known = signed_in()
        access, refresh = client.token["access_token"], client.token["refresh_token"]
        answer = client.revoke_token(known["revocation_endpoint"], token=refresh, token_type_hint="refresh_token")
        self.assertEqual(answer.status_code, 200)
        seen = client.introspect_token(known["introspection_endpoint"], token=access).json()
        self.assertEqual(seen, {"active": False})


class Devices(unittest.TestCase):
    def test_a_device_is_let_in_by_a_person_who_types_its_code(self):
        client, known = session()
        asked = {"client_id": town.id, "resource": town.production}
        # Authlib begins no device flow; with another method than its own the session only proves the client.
        begun = client.post(known["device_authorization_endpoint"], data=asked, withhold_token=True, timeout=10,
                            auth=client.client_auth("private_key_jwt")).json()
        town.amina.let_device_in(begun["verification_uri_complete"])
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        token = client.fetch_token(known["token_endpoint"], grant_type=grant, device_code=begun["device_code"])
        self.assertEqual(claims_of(token["access_token"])["aud"], town.production)


class Exchange(unittest.TestCase):
    def exchanged(self, token):
        client, known = session()
        return client.fetch_token(known["token_endpoint"], grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
                                  subject_token=token, resource=town.production,
                                  subject_token_type="urn:ietf:params:oauth:token-type:id_token")

    def test_an_id_token_of_a_person_is_exchanged(self):
        token = self.exchanged(town.id_token(sub=AMINA, aud="hansom"))
        self.assertEqual(claims_of(token["access_token"])["groups"], ["housing-officers@hackney.example"])

    def test_a_token_that_is_not_for_us_or_of_nobody_who_is_trusted_is_exchanged_for_nothing(self):
        for claims in ({"sub": AMINA, "aud": "another"}, {"sub": AMINA, "aud": "hansom", "iss": "https://evil.example"}):
            with self.assertRaisesRegex(OAuthError, "invalid_grant"):
                self.exchanged(town.id_token(**claims))
