"""How soon after the control call was answered is what it took away refused at the gateway?"""

import statistics
import time

import rows
from machine import progress
from street import KEPT_GROUP, PATH, Asked

REACH_MS = 1000
PATIENCE = 10


def rows_of(street, options):
    told = []
    for what, begin in KINDS.items():
        took = []
        for number in range(options.times):
            progress(f"{what}: {number} of {options.times}")
            took.append(once(street, begin))
        told.append(rows.single(f"{what}: the worst of {len(took)} until refused", max(took), " ms", "≤", REACH_MS, took,
                                f"median {rows.number(statistics.median(took))} ms"))
    return told


def once(street, begin):
    """Milliseconds from the answer of the control call to the first refusal."""
    token, take_away = begin(street)
    gateway = Asked(street.sandbox)
    until(lambda: gateway.get(PATH, token)[0] == 200, "the gateway lets it in")
    take_away()
    begun = time.monotonic()
    until(lambda: gateway.get(PATH, token)[0] in (401, 403), "the gateway refuses it")
    took = (time.monotonic() - begun) * 1000
    street.after()
    return took


def until(true, what):
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {PATIENCE} s: {what}")


def client(street):
    """An application with a secret, a grant and a token."""
    application = street.application()
    grant = street.grant(application)
    credential, secret = street.secret(application)
    return application, grant, credential, secret, street.token(application, secret)


def token(street):
    application, _, _, secret, token = client(street)
    return token, lambda: street.oauth("revoke", {"token": token}, application, secret)


def credential(street):
    application, _, credential, _, token = client(street)
    return token, lambda: street.ben.api("DELETE", f"/applications/{application}/credentials/{credential}")


def application(street):
    application, _, _, _, token = client(street)
    return token, lambda: street.ben.api("DELETE", f"/applications/{application}")


def grant(street):
    _, grant, _, _, token = client(street)
    return token, lambda: street.chloe.api("POST", f"/grants/{grant}/revocation", {"reason": "It is measured."})


def sign_in(street):
    """All that an application got from one sign-in of a person, by giving the refresh token back."""
    application, secret = street.acting_application()
    got = street.signed_in(application, secret)
    return got["access_token"], lambda: street.oauth("revoke", {"token": got["refresh_token"]}, application, secret)


def consent(street):
    """The person takes back what they allowed, on the page of their account."""
    application, secret = street.acting_application()
    got = street.signed_in(application, secret)
    page, text = street.amina.open("/account")
    return got["access_token"], lambda: street.amina.send(page, text, {}, f"/applications/{application}/withdrawal")


def person(street):
    """A person is suspended by an administrator, who lets them in again for the next time."""
    esther = street.person("esther.cole")
    address, token = f"/people/{esther.api('GET', '/me')['id']}", street.person_token(esther)

    def suspended(fields):
        page, text = street.grace.open(address)
        street.grace.send(page, text, fields, "/suspension")
    street.after = lambda: suspended({"decision": "let in"})
    return token, lambda: suspended({"decision": "suspend", "reason": "It is measured."})


def membership(street):
    """A member is taken out of a group that Hansom keeps."""
    address = f"/groups/{KEPT_GROUP.replace('@', '%40')}"
    page, text = street.grace.open(address)
    street.grace.send(page, text, {"list": "farid.rahman@hackney.example"}, "/members")
    farid = street.person("farid.rahman")  # who becomes a member by signing in
    me, token = farid.api("GET", "/me")["id"], street.person_token(farid)
    page, text = street.grace.open(address)
    return token, lambda: street.grace.send(page, text, {"remove": "yes", "person": me}, "/members")


KINDS = {"a token": token, "a credential": credential, "an application": application, "a grant": grant,
         "a sign-in of an application": sign_in, "a person's consent": consent, "a person": person,
         "a membership of a group": membership}
