"""Does Authlib, as most of PyPI uses it, get along with the authorisation server?"""

import unittest

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from town import Town

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
