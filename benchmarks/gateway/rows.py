"""What is to be reached, and was it? One row for each promise, judged by what was measured."""

import statistics
from dataclasses import asdict, dataclass

FLOOR = "the floor"


@dataclass
class Row:
    """One promise. What is held against `reach` is `value`; of rounds that were interleaved it is the median of the ratios
    within each round, so that a slow minute of the machine falls on both."""
    measure: str
    ours: str
    beside: str = ""
    value: float = 0.0
    low: float = None
    high: float = None
    sign: str = ""
    reach: float = None
    unit: str = "×"
    # Ours, theirs, and what would just reach the promise, each divided by the floor.
    floors: tuple = ()

    @property
    def reached(self):
        if self.reach is None:
            return None
        return self.value <= self.reach if self.sign == "≤" else self.value >= self.reach

    def cells(self):
        spread = "" if self.low is None else f"{number(self.low)}–{number(self.high)}"
        reach = "" if self.reach is None else f"{self.sign} {number(self.reach)}{self.unit}"
        told = {True: "yes", False: "NO", None: ""}[self.reached]
        floors = ", ".join(map(number, self.floors))
        return [self.measure, self.ours, self.beside, f"{number(self.value)}{self.unit}", spread, reach, told, floors]

    def as_data(self):
        return asdict(self) | {"reached": self.reached}


def ratio(measure, seen, ours, theirs, sign="", reach=None, what="cpu_us", unit="µs"):
    """Ours divided by theirs, round by round. Nothing if that peer is not there."""
    if not seen.get(theirs) or not seen.get(ours):
        return []
    ratios = [mine[what] / other[what] for mine, other in zip(seen[ours], seen[theirs])]
    figures = [median_of(seen[each], what) for each in (ours, theirs)]
    beside = theirs[1] if theirs[1] != ours[1] else theirs[0]
    return [Row(measure, f"{number(figures[0])} {unit}", f"{beside} {number(figures[1])} {unit}",
                statistics.median(ratios), min(ratios), max(ratios), sign, reach, floors=floors(seen, ours, theirs, reach))]


def floors(seen, ours, theirs, reach):
    """How far both are above the relay that does nothing but pass on the same requests, if it was asked for them."""
    floor = seen.get((ours[0], FLOOR))
    if not floor or not reach or ours[0] != theirs[0]:
        return ()
    ours, theirs = (statistics.median(one["cpu_us"] / least["cpu_us"] for one, least in zip(seen[each], floor))
                    for each in (ours, theirs))
    return ours, theirs, theirs * reach


def better_of(seen, work, proxies):
    return min(proxies, key=lambda proxy: median_of(seen[work, proxy], "cpu_us"))


def median_of(rounds, what):
    return statistics.median(one[what] for one in rounds)


def single(measure, value, unit, sign="", reach=None, all_of=None, beside=""):
    """One figure, with its spread if it was taken several times."""
    low, high = (min(all_of), max(all_of)) if all_of else (None, None)
    return Row(measure, f"{number(value)}{unit}", beside, value, low, high, sign, reach, unit)


def table(rows):
    head = ["measure", "Hansom", "beside", "is", "lowest–highest", "reach", "reached", "÷ floor"]
    cells = [head, *(row.cells() for row in rows)]
    if not any(row.floors for row in rows):
        cells = [line[:-1] for line in cells]
        head = cells[0]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = ["| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(line, widths)) + " |" for line in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def number(value):
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 100 else f"{value:,.0f}"
