"""What stands to be measured: a demo, people of it, an application with credentials and grants, and a gateway to ask."""

import base64
import hashlib
import http.client
import json
import re
import secrets
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from machine import PROXY_CORE
from person import Person

ROOT = Path(__file__).resolve().parent.parent.parent
CALLBACK = "https://tracker.hackney.example/callback"
# Its members may read repairs, and Hansom keeps it itself.
KEPT_GROUP = "measured@hackney.example"
PATH = "/repairs/v1/repairs"
LIMITS = "limits: { per_consumer: 1000000000/second, burst: 1000000 }"


class Street:
    """The demo, whose API of repairs lets everybody ask without end. Its sandbox answers from the contract, so that no
    upstream takes part."""

    def __init__(self, machine, binary):
        ready_file = machine.dir / "ready.json"
        anywhere = [word for flag in ("--hub", "--gateway", "--sandbox", "--ops") for word in (flag, "127.0.0.1:0")]
        self.process = machine.start(PROXY_CORE, binary, "demo", "--dir", machine.dir / "demo", *anywhere,
                                     "--ready-file", ready_file)
        machine.wait_until(ready_file.exists, "the demo")
        self.machine, self.ready = machine, json.loads(ready_file.read_text())
        self.after = lambda: None
        self.hub, self.sandbox = self.ready["hub"], self.ready["sandbox"]
        self.publish_without_limits(binary)
        self.ben, self.chloe, self.grace, self.amina = map(self.person, ("ben.carter", "chloe.martin", "grace.obi", "amina.yusuf"))
        self.grace.api("POST", "/groups", {"address": KEPT_GROUP, "title": "People who are measured", "members": []})

    def publish_without_limits(self, binary):
        folder = self.machine.dir / "repairs"
        folder.mkdir()
        for file in ("api.yaml", "openapi.yaml"):
            text = (ROOT / "examples/council/repairs" / file).read_text()
            text = re.sub(r"(?m)^limits:.*$", LIMITS, text)
            (folder / file).write_text(text.replace("contact-centre@", f"{KEPT_GROUP}, contact-centre@"))
        publisher = self.ready["publisher"]
        subprocess.run([binary, "publish", "--hub", self.hub, "--client-id", publisher["client_id"], "--key-file",
                        publisher["private_key_file"], "--manifest", folder / "api.yaml"],
                       check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, timeout=60)

    def person(self, name):
        return Person(self.hub, f"{name}@hackney.example")

    def person_token(self, person):
        """A token of a person's own, from the hub's page that shows one."""
        page, text = person.open("/token")
        _, text = person.send(page, text, {"environment": "sandbox"}, "/token")
        return re.search(r'id="token">([^<]+)<', text)[1]

    def application(self, **more):
        new = {"name": "To be revoked", "owner": "digital-services@hackney.example"} | more
        return self.ben.api("POST", "/applications", new)["id"]

    def secret(self, application):
        made = self.ben.api("POST", f"/applications/{application}/credentials", {"kind": "secret"})
        return made["id"], made["secret"]

    def grant(self, application):
        """Asked for by Ben, approved by Chloe unless the sandbox does so by itself."""
        asked = {"application": application, "api": "repairs", "major": "v1", "environment": "sandbox",
                 "operations": ["listRepairs"], "purpose": "To see how soon it is over.",
                 "legalBasis": "Public task: to measure what is promised"}
        grant = self.ben.api("POST", "/grants", asked)
        if grant["state"] == "requested":
            self.chloe.api("POST", f"/grants/{grant['id']}/decision", {"decision": "approve", "reason": "Agreed."})
        return grant["id"]

    def signed_in(self, application, secret):
        """What an application gets that Amina lets in."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"response_type": "code", "client_id": application, "redirect_uri": CALLBACK, "resource": self.sandbox,
                 "code_challenge": challenge, "code_challenge_method": "S256"}
        answer = self.amina.allow(f"{self.hub}/oauth/authorize?{urlencode(asked)}")
        form = {"grant_type": "authorization_code", "code": parse_qs(urlsplit(answer).query)["code"][0],
                "redirect_uri": CALLBACK, "code_verifier": verifier}
        return self.oauth("token", form, application, secret)

    def acting_application(self):
        """An application that people may let in, with its secret."""
        application = self.application()
        self.ben.api("PUT", f"/applications/{application}/oauth", {"redirectUris": [CALLBACK]})
        return application, self.secret(application)[1]

    def token(self, application, secret):
        form = {"grant_type": "client_credentials", "resource": self.sandbox}
        return self.oauth("token", form, application, secret)["access_token"]

    def oauth(self, endpoint, form, application, secret):
        status, text = Asked(self.hub).post(f"/oauth/{endpoint}", form, basic(application, secret))
        if status != 200:
            raise SystemExit(f"/oauth/{endpoint}: {status} {text}")
        return json.loads(text) if text else None


def basic(application, secret):
    return {"authorization": "Basic " + base64.b64encode(f"{application}:{secret}".encode()).decode()}


class Asked:
    """A connection that stays open, to the hub or to a gateway."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)

    def get(self, path, token):
        return self.answer("GET", path, None, {"authorization": f"Bearer {token}"})

    def post(self, path, form, headers=None):
        fields = {"content-type": "application/x-www-form-urlencoded"} | (headers or {})
        return self.answer("POST", path, urlencode(form), fields)

    def answer(self, method, path, body, headers):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()
