"""What did each proxy spend, round by round? They take turns, so that a slow minute of the machine falls on all."""

from dataclasses import dataclass
from typing import Callable

from machine import cpu_ns, progress

TRIES = 3


@dataclass
class Subject:
    """One proxy at one kind of work."""
    work: str
    proxy: str
    pid: int
    ask: Callable  # seconds of load; gives what was answered


def measure(subjects, rounds, seconds):
    """From work and proxy to what each round showed. A round before the first warms up."""
    seen = {(subject.work, subject.proxy): [] for subject in subjects}
    for number in range(rounds + 1):
        for subject in subjects:
            progress(f"round {number} of {rounds}: {subject.work}, {subject.proxy}")
            if number == 0:
                subject.ask(1)
            else:
                seen[subject.work, subject.proxy].append(one_good_round(subject, seconds))
    return seen


def one_good_round(subject, seconds):
    """A round in which a request failed is not one: it is taken again, since another program may have held the machine up."""
    for _ in range(TRIES):
        answered, figures = one_round(subject, seconds)
        if answered.requests and not answered.failed:
            return figures
    raise SystemExit(f"{subject.proxy} did not answer every request well ({subject.work}):\n{answered.output}")


def one_round(subject, seconds):
    before, of_gateway = cpu_ns(subject.pid), cpu_ns(subject.pid, "gateway-")
    answered = subject.ask(seconds)
    spent, of_gateway = cpu_ns(subject.pid) - before, cpu_ns(subject.pid, "gateway-") - of_gateway
    requests = max(answered.requests, 1)
    return answered, {"cpu_us": spent / 1000 / requests, "gateway_us": of_gateway / 1000 / requests, "requests": requests,
                      "per_second": answered.per_second, "p50_ms": answered.p50_ms, "p99_ms": answered.p99_ms}
