"""How does a script act for a person at the hub: sign in, read pages, send their forms, call the control API?

With nothing but what comes with Python, since the bench does so too."""

import html
import http.client
import json
import re
import time
from urllib.parse import urlencode, urljoin, urlsplit

MOST_STEPS = 20


class Person:
    """A browser without a screen: keeps cookies, follows redirects, sends the forms of pages."""

    def __init__(self, hub, email):
        self.hub, self.cookies, self.form_token = hub, {}, None
        page, text = self.open("/sign-in?return_to=/applications")
        button = next(each for each in re.finditer(r"<button\b([^>]*)>([^<]*)", text) if email in each[2])
        page, text = self.send(page, text, {attribute(button[1], "name"): attribute(button[1], "value")})
        assert urlsplit(page).path == "/applications", text

    def open(self, address):
        """The address at which redirects end, and its page."""
        return self.follow("GET", urljoin(self.hub, address))

    def send(self, page, text, fields, action=""):
        """Sends the first form of a page, but the one that signs out, that leads to such an address."""
        for attributes, inside in re.findall(r"<form\b([^>]*)>(.*?)</form>", text, re.S):
            to = urljoin(page, attribute(attributes, "action") or page)
            if 'method="post"' in attributes and action in to and "sign-out" not in to:
                hidden = [each for each in re.findall(r"<input\b([^>]*)>", inside) if 'type="hidden"' in each]
                known = [(attribute(each, "name"), attribute(each, "value") or "") for each in hidden]
                return self.follow("POST", to, [pair for pair in known if pair[0] not in fields] + list(fields.items()))
        raise AssertionError(f"{page} has no such form:\n{text}")

    def allow(self, address):
        """Opens the address to which an application sends people, and allows it what it asks for: where the answer goes."""
        page, text = self.open(address)
        return self.send(page, text, {"decision": "allow"}, "/consent")[0] if text else page

    def let_device_in(self, address):
        page, text = self.open(address)
        _, text = self.send(page, text, {"decision": "allow"}, "/device")
        assert "You are signed in on your device" in text, text

    def api(self, method, path, body=None):
        """Calls the control API with the session."""
        if not self.form_token:
            _, text = self.open("/applications/new")
            self.form_token = re.search(r'name="form_token" value="([^"]+)"', text)[1]
        headers = {"cookie": self.cookie(), "hansom-form-token": self.form_token, "content-type": "application/json"}
        for _ in range(2):
            status, told, text = exchange(method, f"{self.hub}/api/v1{path}", body and json.dumps(body), headers)
            if status != 429:
                break
            time.sleep(int(told["retry-after"]))  # the bench calls more often than a person may
        assert 200 <= status < 300, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None

    def cookie(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def follow(self, method, url, fields=None):
        for _ in range(MOST_STEPS):
            at_hub = url.startswith(self.hub)
            headers = {"accept": "text/html"} | ({"cookie": self.cookie()} if at_hub else {})
            if fields is not None:
                headers |= {"content-type": "application/x-www-form-urlencoded"} | ({"origin": self.hub} if at_hub else {})
            status, fields_of_answer, text = exchange(method, url, fields and urlencode(fields), headers)
            for line in fields_of_answer.get_all("set-cookie", []) if at_hub else []:
                name, value = line.split(";")[0].split("=", 1)
                self.cookies[name] = value
            location = fields_of_answer["location"]
            if not 300 <= status < 400 or not location:
                return url, text
            before, url = url, urljoin(url, location)
            method, fields = "GET", None
            is_own = urlsplit(url).netloc == urlsplit(before).netloc
            if not is_own and urlsplit(url).path not in ("/authorize", "/sign-in/callback"):
                return url, ""  # an address of somebody else's is not opened
        raise AssertionError(f"{url} leads on and on")


def exchange(method, url, body=None, headers=None):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()
    finally:
        connection.close()


def attribute(attributes, name):
    found = re.search(rf'\b{name}="([^"]*)"', attributes)
    return html.unescape(found[1]) if found else None
