#!/usr/bin/env python3
"""What do linting a contract and comparing two cost in Hansom, and what in Spectral, Redocly, vacuum and oasdiff?

Whole processes are measured, from start to exit, by what the operating system counts: CPU seconds (user and system),
wall seconds, peak memory. Rounds are interleaved, so that a slow minute of the machine falls on every tool; medians are
shown. A tool that takes more than a minute of CPU is run once. What is not installed and cannot be by npm is named.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "standards"))
import contracts  # noqa: E402
import plot  # noqa: E402

HERE = Path(__file__).resolve().parent
RULES = HERE / "standards/rules.spectral.yaml"
PACKAGES = ["@stoplight/spectral-cli@6.16.3", "@redocly/cli@2.77.0", "kubernetes-client@9.0.0",
            "github-old@npm:@octokit/openapi@19.1.0", "github-new@npm:@octokit/openapi@23.0.2"]
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NODE_OPTIONS": "--max-old-space-size=8192"}
SIZES = [100, 200, 400, 800, 1600, 3200, 6400]
SLOW = 60


def main():
    options = arguments()
    work = Path(options.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    bench = Bench(options, work)
    results = {"version": 1, "tasks": [], "growth": {}, "read": []}
    if options.part in ("all", "peers"):
        results["tasks"] = bench.measure(bench.tasks())
        show(results["tasks"], bench.absent)
    if options.part in ("all", "growth"):
        results["growth"] = {"size": bench.growth_over_size(), "rules": bench.growth_over_rules()}
    if options.part in ("all", "read"):
        results["read"] = bench.read_all()
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=2) + "\n")
    if any(not one["well"] for one in results["read"]):
        sys.exit("A contract was not read well: see the table above.")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hansom", required=True, help="the binary")
    parser.add_argument("--work", required=True, help="a folder for packages and generated contracts, kept for next time")
    parser.add_argument("--part", choices=["all", "peers", "growth", "read"], default="all", help="only one of the parts")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each tool (default 5)")
    parser.add_argument("--contract", action="append", default=[], metavar="FILE", help="one more contract to be read; again")
    parser.add_argument("--json", metavar="FILE", help="also write the numbers to FILE")
    return parser.parse_args()


@dataclass
class Run:
    """One tool at one task."""
    task: str
    tool: str
    command: list
    count: object = None  # from the output's text to the number of findings or changes
    accepts: tuple = (0, 1)
    rounds: list = field(default_factory=list)
    findings: object = None

    def median(self, what):
        return statistics.median(one[what] for one in self.rounds)


class Bench:
    """What is installed, and what is measured of it."""

    def __init__(self, options, work):
        self.options, self.work, self.absent = options, work, []
        self.hansom = str(Path(options.hansom).resolve())
        modules = self.installed()
        self.new = modules / "github-new/generated/api.github.com.json"
        self.old = modules / "github-old/generated/api.github.com.json"
        self.kubernetes = contracts.unpacked(modules / "kubernetes-client/lib/specs", work / "kubernetes")
        self.spectral, self.redocly = modules / ".bin/spectral", modules / ".bin/redocly"
        self.small = contracts.written(work / "small.json", contracts.of_lines(200))

    def installed(self):
        folder = self.work / "npm"
        wanted = folder / "installed"
        if not wanted.exists() or wanted.read_text() != "\n".join(PACKAGES):
            if not shutil.which("npm"):
                sys.exit("npm is needed to install what Hansom is measured beside: install nodejs and npm, then run this again.")
            folder.mkdir(parents=True, exist_ok=True)
            command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
            subprocess.run([*command, *PACKAGES], check=True, stdin=subprocess.DEVNULL)
            wanted.write_text("\n".join(PACKAGES))
        return folder / "node_modules"

    # --- the tasks ----------------------------------------------------------------------------------------------
    def tasks(self):
        council = sorted(str(file) for file in (HERE.parent / "examples/council").glob("*/openapi.yaml"))
        runs = []
        for task, files in (("60 rules, 200 lines", [self.small]), ("60 rules, 4 council contracts", council),
                            ("60 rules, 13 MB", [self.new])):
            runs += [self.lint(task, ["--ruleset", RULES], files), self.by_spectral(task, RULES, files)]
        oas = contracts.written(self.work / "oas.yaml", "extends: spectral:oas\n")
        for size, files in (("4 council contracts", council), ("13 MB", [self.new])):
            task = f"own rules, {size}"
            runs += [self.lint(task, [], files, "Hansom uk-council"),
                     self.lint(task, ["--ruleset", "spectral:oas"], files, "Hansom spectral:oas"),
                     self.by_redocly(task, files), self.by_spectral(task, oas, files, "Spectral spectral:oas")]
            runs += self.by_vacuum(task, files)
        task = "differences, 11 and 13 MB"
        runs.append(Run(task, "Hansom", [self.hansom, "diff", "--format", "json", self.old, self.new], changes_of_hansom))
        return runs + self.by_oasdiff(task)

    def lint(self, task, flags, files, name="Hansom"):
        command = [self.hansom, "lint", "--no-manifest", "--format", "json", *flags, *files]
        return Run(task, name, command, findings_of_hansom)

    def by_spectral(self, task, rules, files, name="Spectral"):
        return Run(task, name, [self.spectral, "lint", "-q", "-f", "json", "-r", rules, *files], findings_of_spectral, (0, 1))

    def by_redocly(self, task, files):
        return Run(task, "Redocly recommended", [self.redocly, "lint", "--extends", "recommended", "--format", "json", *files])

    def by_vacuum(self, task, files):
        return self.if_there("vacuum", lambda: [
            Run(task, "vacuum recommended", ["vacuum", "lint", "--no-banner", "--no-style", *files])])

    def by_oasdiff(self, task):
        return self.if_there("oasdiff", lambda: [
            Run(task, "oasdiff", ["oasdiff", "changelog", "-f", "json", self.old, self.new], lambda text: len(json.loads(text)))])

    def if_there(self, tool, runs):
        if shutil.which(tool):
            return runs()
        if tool not in self.absent:
            self.absent.append(tool)
        return []

    # --- measuring ----------------------------------------------------------------------------------------------
    def measure(self, runs):
        for number in range(self.options.rounds):
            for run in runs:
                if not run.rounds or run.rounds[0]["cpu"] < SLOW:
                    progress(f"round {number + 1} of {self.options.rounds}: {run.task}, {run.tool}")
                    self.once(run)
        progress(None)
        return [{"task": run.task, "tool": run.tool, "findings": run.findings, "rounds": run.rounds,
                 **{what: run.median(what) for what in ("cpu", "wall", "mb")}} for run in runs]

    def once(self, run):
        output, report = self.work / "output", self.work / "report"
        command = [sys.executable, "-S", "-E", HERE / "standards/measured.py", report, output, *run.command]
        subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL, env=os.environ | QUIET,
                       cwd=self.work)
        cpu, wall, megabytes, code = report.read_text().split()
        if int(code) not in run.accepts:
            errors = Path(f"{output}.err").read_text()[-2000:]
            sys.exit(f"{run.tool} ended with {code} at {run.task}:\n{errors}")
        run.rounds.append({"cpu": float(cpu), "wall": float(wall), "mb": float(megabytes)})
        if run.count and run.findings is None:
            run.findings = run.count(output.read_text())

    # --- growth -------------------------------------------------------------------------------------------------
    def growth_over_size(self):
        files = {size: contracts.written(self.work / f"{size}.json", contracts.of_operations(size)) for size in SIZES}
        series = {"60 rules": ["lint", "--no-manifest", "--format", "json", "--ruleset", RULES],
                  "uk-council": ["lint", "--no-manifest", "--format", "json"], "diff": ["diff", "--format", "json"]}
        newer = {size: contracts.written(self.work / f"{size}-newer.json", contracts.of_operations(size, newer=True))
                 for size in SIZES}
        runs = [Run(name, str(size), [self.hansom, *words, files[size], *([newer[size]] if name == "diff" else [])])
                for name, words in series.items() for size in SIZES]
        return self.grown(runs, "growth-size.svg", "CPU over the number of operations", "operations")

    def growth_over_rules(self):
        listed = contracts.rules_of(RULES.read_text())
        # Rules about one thing stand together and cost alike, so they are taken from all over the file.
        rules = [listed[number * 23 % len(listed)] for number in range(len(listed))]
        counts = [1, 10, 20, 30, 40, 50, 60]
        file = contracts.written(self.work / "1600.json", contracts.of_operations(1600))
        runs = []
        for count in counts:
            some = contracts.written(self.work / f"{count}.spectral.yaml", "rules:\n" + "\n".join(rules[:count]) + "\n")
            runs.append(Run("1,600 operations", str(count), [self.hansom, "lint", "--no-manifest", "--format", "json",
                                                            "--ruleset", some, file]))
        return self.grown(runs, "growth-rules.svg", "CPU over the number of rules", "rules")

    def grown(self, runs, name, title, unit):
        results = self.measure(runs)
        series = {}
        for one in results:
            series.setdefault(one["task"], []).append((int(one["tool"]), one["cpu"]))
        fits = {task: plot.fit(points) for task, points in series.items()}
        (HERE / "standards" / name).write_text(plot.svg(title, unit, "CPU seconds", series, fits))
        print(f"\n{title} ({name}); a straight line through the medians:\n")
        for task, (slope, start, r2) in fits.items():
            print(f"- {task}: {start * 1000:.0f} ms + {slope * 1e6:.0f} µs for each of the {unit}, R² {r2:.4f}")
        return {task: {"points": series[task], "r2": fits[task][2]} for task in series}

    # --- real contracts -----------------------------------------------------------------------------------------
    def read_all(self):
        """Lints every large real contract, and compares it with itself."""
        generated = self.new.parent
        plain = [file for file in sorted(generated.glob("*.json")) if ".deref." not in file.name]
        files = [*plain, self.old, *self.kubernetes, *(Path(file).resolve() for file in self.options.contract)]
        print("\n| contract read | MB | uk-council | spectral:oas | with itself | most MB |")
        print("|---|---:|---:|---:|---:|---:|")
        return [self.read(file) for file in files]

    def read(self, file):
        copy = file.with_name(f"copy-of-{file.name}")
        shutil.copyfile(file, copy)
        cells, most, well = [], 0, True
        for words in (["lint", file], ["lint", "--ruleset", "spectral:oas", file], ["diff", file, copy]):
            run = Run(file.name, " ".join(map(str, words)), [self.hansom, words[0], "--format", "json", *words[1:]])
            self.once(run)
            report = json.loads((self.work / "output").read_text() or "{}")
            cells.append(told(report))
            most = max(most, run.rounds[0]["mb"])
            well &= "panicked" not in (self.work / "output.err").read_text()
            cells[-1] += f", {run.rounds[0]['cpu']:.2f} s"
        copy.unlink()
        well &= cells[2].startswith(("refused", "0 changes"))
        size = file.stat().st_size / 1e6
        print(f"| {file.parent.name}/{file.name} | {size:.1f} | {' | '.join(cells)} | {most:.0f} |")
        return {"file": file.name, "cells": cells, "well": well}


def told(report):
    """What came of one run, in few words."""
    if "files" in report:
        one = report["files"][0]
        return "refused with advice" if one.get("fault") else f"{len(one['findings'])} findings"
    if "changes" in report:
        return f"{len(report['changes']) + len(report.get('unhandled', []))} changes"
    return "refused with advice"


def findings_of_hansom(text):
    return sum(len(file["findings"]) for file in json.loads(text)["files"])


def changes_of_hansom(text):
    return len(json.loads(text)["changes"])


def findings_of_spectral(text):
    return len(json.loads(text[: text.rindex("]") + 1]))


def show(results, absent):
    rounds = max(len(one["rounds"]) for one in results)
    print(f"\nWhole processes, medians of up to {rounds} interleaved rounds. Less is better.\n")
    print(f"| {'task':<30} | {'tool':<21} | CPU s | lowest–highest | wall s | peak MB | findings | CPU ÷ Hansom | MB ÷ Hansom |")
    print(f"|{'-' * 32}|{'-' * 23}|------:|---------------:|-------:|--------:|---------:|-------------:|------------:|")
    for one in results:
        own = next(other for other in results if other["task"] == one["task"])
        costs = [each["cpu"] for each in one["rounds"]]
        spread = f"{min(costs):.2f}–{max(costs):.2f}" if len(costs) > 1 else "once"
        found = "" if one["findings"] is None else one["findings"]
        print(f"| {one['task']:<30} | {one['tool']:<21} | {one['cpu']:5.2f} | {spread:>14} | {one['wall']:6.2f} | {one['mb']:7.0f} "
              f"| {found:>8} | {one['cpu'] / own['cpu']:12.1f} | {one['mb'] / own['mb']:11.1f} |")
    for tool in absent:
        print(f"\n{tool} is not installed: it comes neither with npm nor with Debian. It is measured where it is on the PATH.")


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
