"""Who calls? The demo's access tokens, the same claims signed with RS256 for a peer, and the keys to check both with."""

import base64
import json
import secrets
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request


def asked_for(ready, count):
    """Access tokens of the demo's application, as it would ask for them."""
    return [asked_for_one(ready["application"], ready["production"]) for _ in range(count)]


def asked_for_one(application, audience):
    endpoint = application["token_endpoint"]
    form = {"grant_type": "client_credentials", "resource": audience, "client_id": application["client_id"],
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion(application, endpoint)}
    request = urllib.request.Request(endpoint, urllib.parse.urlencode(form).encode())
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["access_token"]
    except urllib.error.HTTPError as refusal:
        raise SystemExit(f"no token: {refusal.code} {refusal.read().decode()}") from None


def assertion(application, endpoint):
    now = int(time.time())
    claims = {"iss": application["client_id"], "sub": application["client_id"], "aud": endpoint,
              "iat": now, "exp": now + 60, "jti": secrets.token_hex(16)}
    text = unsigned({"alg": "ES256", "typ": "JWT"}, claims)
    return f"{text}.{base64url(raw_signature(signature(application['private_key_file'], text)))}"


def with_rs256(folder, claims, count):
    """Tokens with the same claims, signed by an RSA key of our own; and that key's public half as a file."""
    key, public = folder / "rs256.key", folder / "rs256.pem"
    quietly = {"check": True, "stdin": subprocess.DEVNULL, "capture_output": True}
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], **quietly)
    subprocess.run(["openssl", "rsa", "-in", key, "-pubout", "-out", public], **quietly)
    tokens = []
    for _ in range(count):
        text = unsigned({"alg": "RS256", "typ": "at+jwt", "kid": "bench"}, claims | {"jti": secrets.token_hex(16)})
        tokens.append(f"{text}.{base64url(signature(key, text))}")
    return tokens, public


def key_of(ready, token):
    """The public key of the demo that a token is signed with."""
    with urllib.request.urlopen(ready["hub"] + "/.well-known/oauth-authorization-server", timeout=10) as answer:
        keys = json.load(answer)["jwks_uri"]
    with urllib.request.urlopen(keys, timeout=10) as answer:
        return next(key for key in json.load(answer)["keys"] if key["kid"] == read(token)[0]["kid"])


def issuer_of(key, token, folder):
    """What a peer needs to accept such tokens: the key as PEM and as a key set, and the values to compare with."""
    _, claims = read(token)
    point = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\x04" \
        + base64url_decoded(key["x"]) + base64url_decoded(key["y"])
    encoded = base64.encodebytes(point).decode()
    (folder / "es256.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{encoded}-----END PUBLIC KEY-----\n")
    (folder / "es256.jwks").write_text(json.dumps({"keys": [key]}))
    audience = claims["aud"] if isinstance(claims["aud"], str) else claims["aud"][0]
    return {"ISSUER": claims["iss"], "AUDIENCE": audience, "SUBJECT": claims["sub"]}


def read(token):
    return [json.loads(base64url_decoded(part)) for part in token.split(".")[:2]]


def forged(token):
    """The same claims with another's signature."""
    head, claims, signed = token.split(".")
    other = bytearray(base64url_decoded(signed))
    other[20] ^= 1
    return f"{head}.{claims}.{base64url(bytes(other))}"


def unsigned(header, claims):
    return ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))


def signature(key, text):
    return subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=text.encode(), capture_output=True,
                          check=True).stdout


def raw_signature(der):
    """From OpenSSL's SEQUENCE of two INTEGERs to the 64 bytes that a JWT carries."""
    first_length = der[3]
    first, second = der[4 : 4 + first_length], der[6 + first_length :]
    return b"".join(int.from_bytes(number, "big").to_bytes(32, "big") for number in (first, second))


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
