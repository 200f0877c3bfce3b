"""How does a cost grow? Points and the straight line through them, or points over magnitudes, as SVG."""

from html import escape
from math import log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 70, 150, 50, 50
COLOURS = ["#1d70b8", "#00703c", "#d4351c", "#4c2c92"]


def fit(points):
    """The line of least squares: slope, start, R²."""
    count = len(points)
    mean_x, mean_y = (sum(point[axis] for point in points) / count for axis in (0, 1))
    across = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / across
    start = mean_y - slope * mean_x
    total = sum((y - mean_y) ** 2 for _, y in points)
    missed = sum((y - start - slope * x) ** 2 for x, y in points)
    return slope, start, 1 - missed / total if total else 1.0


def svg(title, x_name, y_name, series, fits):
    """One plot: each series as points with its line, named at the right."""
    most_x = max(x for points in series.values() for x, _ in points)
    most_y = max(y for points in series.values() for _, y in points) * 1.05
    across = lambda x: LEFT + x / most_x * (WIDTH - LEFT - RIGHT)  # noqa: E731
    up = lambda y: HEIGHT - BOTTOM - max(y, 0) / most_y * (HEIGHT - TOP - BOTTOM)  # noqa: E731
    parts = head(title)
    for step in range(5):
        x, y = most_x * step / 4, most_y * step / 4
        parts.append(f'<path d="M{LEFT} {up(y):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{up(y) + 4:.1f}" text-anchor="end">{y:.2f}</text>'
                     f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>')
    parts.append(axes(x_name, y_name))
    for (name, points), colour in zip(series.items(), COLOURS):
        slope, start, r2 = fits[name]
        first, end = min(x for x, _ in points), start + slope * most_x
        parts.append(f'<path d="M{across(first):.1f} {up(start + slope * first):.1f}L{across(most_x):.1f} {up(end):.1f}" '
                     f'stroke="{colour}" stroke-dasharray="5 3"/>'
                     f'<text x="{WIDTH - RIGHT + 10}" y="{up(end) + 4:.1f}" fill="{colour}">{escape(name)}, R² {r2:.3f}</text>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="4" fill="{colour}"/>' for x, y in points]
    return "\n".join(parts) + "\n</svg>\n"


def svg_of_magnitudes(title, x_name, y_name, series):
    """One plot over 1, 10, 100…: each series as points, joined, named at the right; the line of least change is level."""
    most_x = max(x for points in series.values() for x, _ in points)
    most_y = max(y for points in series.values() for _, y in points) * 1.15
    across = lambda x: LEFT + log10(x) / log10(most_x) * (WIDTH - LEFT - RIGHT)  # noqa: E731
    up = lambda y: HEIGHT - BOTTOM - y / most_y * (HEIGHT - TOP - BOTTOM)  # noqa: E731
    parts = head(title)
    for step in range(5):
        y = most_y * step / 4
        parts.append(f'<path d="M{LEFT} {up(y):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                     f'<text x="{LEFT - 8}" y="{up(y) + 4:.1f}" text-anchor="end">{y:.2f}</text>')
    for x in sorted({x for points in series.values() for x, _ in points}):
        parts.append(f'<text x="{across(x):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:,.0f}</text>')
    parts.append(axes(x_name, y_name))
    for (name, points), colour in zip(series.items(), COLOURS):
        line = "L".join(f"{across(x):.1f} {up(y):.1f}" for x, y in points)
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}"/>'
                     f'<text x="{WIDTH - RIGHT + 10}" y="{up(points[-1][1]) + 4:.1f}" fill="{colour}">{escape(name)}</text>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="4" fill="{colour}"/>'
                  f'<text x="{across(x):.1f}" y="{up(y) - 9:.1f}" text-anchor="middle" fill="{colour}">{y:.1f}</text>'
                  for x, y in points]
    return "\n".join(parts) + "\n</svg>\n"


def head(title):
    return [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
            f'font-size="12"><title>{escape(title)}</title><rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="{LEFT}" y="28" font-size="16">{escape(title)}</text>']


def axes(x_name, y_name):
    return (f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 12}" text-anchor="middle">{escape(x_name)}</text>'
            f'<text transform="translate(18 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(y_name)}</text>')
