"""Which application does the Python client have at the platform, and who acts for its owner at the hub?"""

import html
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/hansom"
CALLBACK = "http://127.0.0.1:41923/callback"
READY_WITHIN, STOPPED_WITHIN, MOST_STEPS = 60, 10, 20


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
            self.ben = Person(self, "ben.carter@hackney.example")
            self.settle(folder)
        except BaseException:
            self.stop()
            raise

    def settle(self, folder):
        new = {"name": "A client in Python", "owner": "digital-services@hackney.example"} | self.wishes()
        self.id = self.ben.api("POST", "/applications", new)["id"]
        key = ec.generate_private_key(ec.SECP256R1())
        encoded = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        self.key = key.private_bytes(*encoded).decode()
        public = key.public_key().public_bytes(encoded[0], serialization.PublicFormat.SubjectPublicKeyInfo).decode()
        self.ben.api("POST", f"/applications/{self.id}/credentials", {"kind": "public_key", "publicKey": public})

    def wishes(self):
        return {}

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        self.scratch.cleanup()


class Person:
    """A browser without a screen: keeps cookies, follows redirects, sends the forms of pages."""

    def __init__(self, town, email):
        self.town, self.cookies = town, {}
        page, text = self.open("/sign-in?return_to=/applications")
        button = next(each for each in re.finditer(r"<button\b([^>]*)>([^<]*)", text) if email in each[2])
        self.send(page, text, {attribute(button[1], "name"): attribute(button[1], "value")})

    def open(self, address):
        return self.follow("GET", urljoin(self.town.hub, address))

    def send(self, page, text, fields, action=""):
        """Sends the first form of a page (but the one that signs out) that leads to such an address."""
        for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", text, re.S):
            to = urljoin(page, attribute(attributes, "action") or page)
            if 'method="post"' in attributes and action in to and "sign-out" not in to:
                hidden = [each for each in re.findall(r"<input\b([^>]*)>", inside) if 'type="hidden"' in each]
                known = {attribute(each, "name"): attribute(each, "value") or "" for each in hidden}
                return self.follow("POST", to, known | fields)
        raise AssertionError(f"{page} has no such form:\n{text}")

    def api(self, method, path, body):
        _, text = self.open("/applications/new")
        token = re.search(r'name="form_token" value="([^"]+)"', text)[1]
        answer = requests.request(method, f"{self.town.hub}/api/v1{path}", json=body, timeout=10,
                                  headers={"cookie": self.cookie(), "hansom-form-token": token})
        assert answer.ok, answer.text
        return answer.json() if answer.text else None

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def follow(self, method, url, fields=None):
        """The address at which redirects end, and its page. What is not the demo's own is not opened."""
        for _ in range(MOST_STEPS):
            at_hub = url.startswith(self.town.hub)
            headers = {"accept": "text/html"} | ({"cookie": self.cookie()} if at_hub else {})
            if at_hub and method == "POST":
                headers["origin"] = self.town.hub
            answer = requests.request(method, url, data=fields, headers=headers, allow_redirects=False, timeout=10)
            for line in answer.raw.headers.getlist("set-cookie") if at_hub else []:
                name, value = line.split(";")[0].split("=", 1)
                self.cookies[name] = value
            if not answer.is_redirect:
                return url, answer.text
            before, url = url, urljoin(url, answer.headers["location"])
            method, fields = "GET", None
            own = urlsplit(url).netloc == urlsplit(before).netloc
            if not own and urlsplit(url).path not in ("/authorize", "/sign-in/callback"):
                return url, ""
        raise AssertionError(f"{url} leads on and on")


def attribute(attributes, name):
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return html.unescape(found[1]) if found else None
