"""What does the number of versions cost: memory, CPU per request, a change, a start?"""

import statistics
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import load
import plot
from hansom import Alone
from machine import progress, resident_mb
from rounds import Subject
from rows import median_of, number, ratio, single

HERE = Path(__file__).resolve().parent
OPERATIONS, APPLICATIONS_OF_EACH, LEAST_APPLICATIONS = 20, 10, 1000
SIZES = [1, 10, 100, 1000, 5000]
CHANGES_A_SECOND = 100


class Scale:
    """A gateway alone for each size, with ten applications for each version, and at least a thousand. All are asked by as many
    applications, with as many tokens: only what the gateway knows differs."""

    def __init__(self, machine, options):
        self.machine, self.options, self.alone = machine, options, {}

    def subjects(self):
        for versions in SIZES:
            progress(f"a gateway with {versions} versions")
            self.alone[versions] = self.started(versions)
        return [Subject("scale", f"{size} versions", alone.process.pid, lambda s, alone=alone: load.by_wrk(
            alone.url, s, self.options.connections, alone.script)) for size, alone in self.alone.items()]

    def started(self, versions):
        return Alone(self.machine, self.options.alone, versions, OPERATIONS,
                     max(LEAST_APPLICATIONS, versions * APPLICATIONS_OF_EACH))

    # --- changes ------------------------------------------------------------------------------------------------
    def changes(self, versions, times=9):
        """Milliseconds from the news of a change of one API to the first answer that shows it, as a client sees it."""
        alone, taken = self.alone[versions], []
        for turn in range(times):
            version = turn * 7 % versions
            for status in ("retired", "beta"):
                taken.append(self.until_live(alone, version, status))
        return taken

    def until_live(self, alone, version, status):
        wanted = 410 if status == "retired" else 401
        begun = time.monotonic()
        alone.order(f"status {version} {status}")
        while self.asked(f"{alone.url}/api-{version}/v1/things-0") != wanted:
            if time.monotonic() - begun > 30:
                raise SystemExit(f"a change of one API among {alone.versions} was not live after 30 s")
        taken = (time.monotonic() - begun) * 1000
        alone.answer()
        return taken

    def asked(self, url):
        """The status for somebody without a token."""
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code

    def changes_under_load(self):
        """So many changes a second while requests come as fast as they are answered."""
        alone, seconds = self.alone[SIZES[-1]], max(3, self.options.seconds)
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(load.by_wrk, alone.url, seconds + 1, self.options.connections, alone.script)
            time.sleep(0.5)
            made, median_ms, most_ms = alone.told(f"storm {CHANGES_A_SECOND} {seconds}")
            answered = asking.result()
        peak = resident_mb(alone.process.pid, "VmHWM")
        return answered, made / seconds, median_ms, most_ms, peak

    # --- what came of it ----------------------------------------------------------------------------------------
    def rows(self, seen):
        largest, smallest = SIZES[-1], SIZES[0]
        memory = resident_mb(self.alone[largest].process.pid)
        name = f"{largest:,} versions × {OPERATIONS} operations, {largest * APPLICATIONS_OF_EACH:,} applications"
        per_request = ratio(f"{name}: CPU per request", seen, ("scale", f"{largest} versions"), ("scale", f"{smallest} versions"), "≤", 1.05)
        swaps = {size: self.changes(size) for size in SIZES}
        answered, per_second, median_ms, most_ms, peak = self.changes_under_load()
        self.draw(seen, swaps)
        started = [self.alone[largest].started_ms, *self.started_again()]
        slowest = f"swap {number(median_ms)} ms, at most {number(most_ms)} ms, peak {peak:.0f} MB"
        return [
            single(f"{name}: memory", memory, " MB", "≤", 120),
            *per_request,
            single(f"change of one API → live at {largest:,} versions", statistics.median(swaps[largest]), " ms", "≤", 50,
                   swaps[largest]),
            single(f"{per_second:.0f} changes/s under load: requests failed", answered.failed, "", "≤", 0,
                   beside=f"of {answered.requests:,}; {slowest}"),
            single("start from the snapshot at that size", statistics.median(started), " ms", "≤", 1000, started),
        ]

    def started_again(self, times=2):
        """The time from the order to the first answer, again."""
        for _ in range(times):
            again = self.started(SIZES[-1])
            self.machine.end(again.process)
            yield again.started_ms

    def draw(self, seen, swaps):
        drawings = {
            "growth-requests.svg": ("CPU per request over the number of versions", "CPU µs",
                                    {"per request": [(size, median_of(seen["scale", f"{size} versions"], "cpu_us")) for size in SIZES]}),
            "growth-changes.svg": ("A change of one API over the number of versions", "ms",
                                   {"until live": [(size, statistics.median(swaps[size])) for size in SIZES]}),
        }
        for file, (title, unit, series) in drawings.items():
            (HERE / file).write_text(plot.svg_of_magnitudes(title, "versions", unit, series))
