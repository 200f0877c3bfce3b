"""Which application does the Python client have at the platform, and who acts for its owner at the hub?"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.jwk import ECKey

from person import Person, exchange

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/hansom"
CALLBACK = "http://127.0.0.1:41923/callback"
READY_WITHIN, STOPPED_WITHIN = 60, 10


class Town:
    """`hansom demo` on free ports, Ben, and an application of his with a key."""

    def __init__(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="hansom-test-")
        folder = Path(self.scratch.name)
        ready = folder / "ready.json"
        anywhere = [word for flag in ("--hub", "--gateway", "--sandbox", "--ops") for word in (flag, "127.0.0.1:0")]
        self.log = (folder / "log").open("wb+")
        self.process = subprocess.Popen([BINARY, "demo", "--dir", folder / "demo", *anywhere, "--ready-file", ready],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        try:
            deadline = time.monotonic() + READY_WITHIN
            while not ready.exists():
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the demo did not get ready:\n{(folder / 'log').read_text()}")
                time.sleep(0.02)
            self.__dict__ |= {name: value for name, value in json.loads(ready.read_text()).items() if name != "application"}
            self.ben = Person(self.hub, "ben.carter@hackney.example")
            self.settle(folder)
        except BaseException:
            self.stop()
            raise

    def settle(self, folder):
        new = {"name": "A client in Python", "owner": "digital-services@hackney.example"}
        self.id = self.ben.api("POST", "/applications", new)["id"]
        key = ec.generate_private_key(ec.SECP256R1())
        encoded = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.key = key.private_bytes(*encoded).decode()
        public = key.public_key().public_bytes(encoded[0], serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        self.ben.api("POST", f"/applications/{self.id}/credentials", {"kind": "public_key", "publicKey": public})
        self.ben.api("PUT", f"/applications/{self.id}/oauth", {"redirectUris": [CALLBACK]})
        self.amina = Person(self.hub, "amina.yusuf@hackney.example")

    def id_token(self, **claims):
        """An ID token as the demo's provider would sign it; only a program on this machine can read its key."""
        key = ECKey.import_key((Path(self.scratch.name) / "demo/identity-provider.key.pem").read_text())
        _, fields, _ = exchange("GET", f"{self.hub}/sign-in")
        now = int(time.time())
        issuer = "{0.scheme}://{0.netloc}".format(urlsplit(fields["location"]))
        said = {"iss": issuer, "iat": now, "exp": now + 300} | claims
        return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, said, key)

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.scratch.cleanup()
