"""What does a token cost to issue, beside its signatures, and how long does a client wait at a fixed rate?"""

import json
import subprocess
import threading
import time

import rows
from machine import LOAD_CORE, cpu_ns, progress
from street import Asked, basic

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def rows_of(street, options):
    signatures = json.loads(told_by(options, "time", street.ready["application"]["private_key_file"]))
    return by_assertion(street, options, signatures) + by_refresh(street, options) + at_a_rate(street, options)


def by_assertion(street, options, signatures):
    forms = asked_for(street, options, options.tokens + options.clients)
    cost_us = cost(street, options, [forms[turn::options.clients] for turn in range(options.clients)])
    both_us = (signatures["sign_ns"] + signatures["verify_ns"]) / 1000
    beside = f"ES256: sign {signatures['sign_ns'] / 1000:.0f} µs, verify {signatures['verify_ns'] / 1000:.0f} µs"
    return [
        rows.single("private_key_jwt: CPU time of a token", cost_us, " µs", beside=beside),
        rows.single("private_key_jwt: tokens per second and core", 1e6 / cost_us, "/s"),
        rows.single("private_key_jwt: a token beside its two signatures", cost_us / both_us, "×"),
    ]


def by_refresh(street, options):
    """Each client goes on from one refresh token to the next."""
    application, secret = street.acting_application()
    held = [street.signed_in(application, secret)["refresh_token"] for _ in range(options.clients)]
    each = options.tokens // options.clients

    def going_on(turn):
        token, connection = held[turn], Asked(street.hub)
        for _ in range(each):
            form = {"grant_type": "refresh_token", "refresh_token": token}
            token = good(connection.post("/oauth/token", form, basic(application, secret)))["refresh_token"]
    cost_us = spent_us(street, each * options.clients, [lambda turn=turn: going_on(turn) for turn in range(options.clients)])
    return [rows.single("refresh: CPU time of a token", cost_us, " µs"),
            rows.single("refresh: tokens per second and core", 1e6 / cost_us, "/s")]


def cost(street, options, by_client):
    """Microseconds of run time for each token, every client asking in a row on a connection of its own."""
    connections = [Asked(street.hub) for _ in by_client]
    for connection, forms in zip(connections, by_client):
        good(connection.post("/oauth/token", forms.pop()))
    return spent_us(street, sum(map(len, by_client)),
                    [lambda connection=connection, forms=forms: [good(connection.post("/oauth/token", form)) for form in forms]
                     for connection, forms in zip(connections, by_client)])


def spent_us(street, count, works):
    progress(f"{count} tokens by {len(works)} clients")
    before = cpu_ns(street.process.pid)
    together(works)
    return (cpu_ns(street.process.pid) - before) / 1000 / count


def at_a_rate(street, options):
    """Each request has its moment, and its wait counts from that moment, whether or not a client was free by then."""
    progress(f"{options.rate} tokens a second for {options.seconds} s")
    forms = asked_for(street, options, options.rate * options.seconds)
    workers, waits, begun = 16, [], time.monotonic() + 0.1

    def work(turn):
        connection = Asked(street.hub)
        for number in range(turn, len(forms), workers):
            moment = begun + number / options.rate
            time.sleep(max(0, moment - time.monotonic()))
            good(connection.post("/oauth/token", forms[number]))
            waits.append((time.monotonic() - moment) * 1000)
    together([lambda turn=turn: work(turn) for turn in range(workers)])
    waits.sort()
    p50, p99 = (waits[len(waits) * percent // 100] for percent in (50, 99))
    rate = f"{options.rate} tokens a second"
    return [rows.single(f"token endpoint at {rate}: p50", p50, " ms", all_of=waits),
            rows.single(f"token endpoint at {rate}: p99", p99, " ms", all_of=waits)]


def asked_for(street, options, count):
    """Token requests of the demo's application, each with an assertion of its own."""
    application = street.ready["application"]
    lines = told_by(options, "assertions", application["private_key_file"], application["client_id"],
                    application["token_endpoint"], str(count)).split()
    return [{"grant_type": "client_credentials", "resource": street.sandbox, "client_assertion_type": ASSERTION,
             "client_assertion": line} for line in lines]


def told_by(options, *words):
    return subprocess.run(["taskset", "-c", LOAD_CORE, options.signatures, *words], check=True, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=120).stdout


def together(works):
    faults = []

    def guarded(work):
        try:
            work()
        except (Exception, SystemExit) as fault:  # told where the threads are joined
            faults.append(fault)
    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise SystemExit(f"{len(faults)} clients failed, the first: {faults[0]}")


def good(answer):
    status, text = answer
    if status != 200:
        raise SystemExit(f"no token: {status} {text}")
    return json.loads(text)
