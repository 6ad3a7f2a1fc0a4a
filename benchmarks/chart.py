"""The chart of docs/performance.md: what each proxy costs in each scenario, as dots on a line."""

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape

from benchmarks.results import Row

# Okabe and Ito's colours, which people who see few colours can tell apart. Ours are diamonds.
COLOURS = {
    "ours": "#d55e00",
    "interpreted": "#e69f00",
    "full": "#cc79a7",
    "two": "#b8a000",
    "nginx": "#009e73",
    "haproxy": "#0072b2",
    "envoy": "#56b4e9",
    "caddy": "#8c8c8c",
    "traefik": "#222222",
}
OURS = frozenset({"ours", "interpreted", "full", "two"})
WIDTH, LEFT, RIGHT, TOP, ROW = 860, 210, 30, 86, 30

_OPEN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" '
    'font-family="Helvetica, Arial, sans-serif" font-size="13" role="img">'
)
_HEADING = (
    f'<text x="{LEFT}" y="24" fill="#222222" font-weight="bold">'
    "CPU time per request, nginx = 1 (less is better)</text>"
)


def chart(rows: Sequence[Row], *, titles: Mapping[str, str]) -> str:
    """Return the SVG: a line a scenario, nginx at 1, each step to the right twice the cost."""
    ratios = _ratios(rows)
    low = min(math.floor(math.log2(ratio)) for line in ratios.values() for ratio in line.values())
    high = max(math.ceil(math.log2(ratio)) for line in ratios.values() for ratio in line.values())
    scale = _Scale(low, high)
    proxies = list(dict.fromkeys(row.proxy for row in rows))
    height = TOP + ROW * len(ratios) + 20
    return "\n".join(
        [
            _OPEN % (WIDTH, height),
            "<title>CPU time per request, in multiples of nginx</title>",
            f'<rect width="{WIDTH}" height="{height}" rx="6" fill="#ffffff"/>',
            _HEADING,
            *_legend(proxies),
            *_grid(scale, bottom=height - 14),
            *_lines(ratios, titles=titles, scale=scale),
            "</svg>\n",
        ]
    )


class _Scale:
    """Where a ratio stands between the least and the greatest power of two."""

    def __init__(self, low: int, high: int) -> None:
        self.powers = range(low, high + 1)

    def x(self, ratio: float) -> float:
        share = (math.log2(ratio) - self.powers[0]) / max(len(self.powers) - 1, 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)


def _ratios(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    nginx = {row.scenario: row.cpu for row in rows if row.proxy == "nginx"}
    ratios: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.cpu and nginx.get(row.scenario):
            ratios.setdefault(row.scenario, {})[row.proxy] = row.cpu / nginx[row.scenario]
    return ratios


def _legend(proxies: Sequence[str]) -> Iterator[str]:
    x = float(LEFT)
    for name in proxies:
        yield _dot(name, x + 5, 44)
        yield f'<text x="{x + 15:.0f}" y="48" fill="#222222">{escape(name)}</text>'
        x += 30 + 7.5 * len(name)


def _grid(scale: _Scale, *, bottom: float) -> Iterator[str]:
    for power in scale.powers:
        x = scale.x(2.0**power)
        colour, width = ("#009e73", 1.5) if power == 0 else ("#dddddd", 1)
        yield (
            f'<line x1="{x:.1f}" y1="{TOP - 12}" x2="{x:.1f}" y2="{bottom}" stroke="{colour}" '
            f'stroke-width="{width}"/>'
        )
        label = f"{2**power}" if power >= 0 else f"1/{2**-power}"
        yield (
            f'<text x="{x:.1f}" y="{TOP - 16}" fill="#555555" text-anchor="middle">{label}</text>'
        )


def _lines(
    ratios: Mapping[str, Mapping[str, float]], *, titles: Mapping[str, str], scale: _Scale
) -> Iterator[str]:
    for number, (scenario, line) in enumerate(ratios.items()):
        y = TOP + ROW * number + ROW / 2
        ends = [scale.x(ratio) for ratio in (min(line.values()), max(line.values()))]
        yield (
            f'<text x="{LEFT - 14}" y="{y + 4:.0f}" fill="#222222" text-anchor="end">'
            f"{escape(titles[scenario])}</text>"
        )
        yield (
            f'<line x1="{ends[0]:.1f}" y1="{y:.0f}" x2="{ends[1]:.1f}" y2="{y:.0f}" '
            'stroke="#bbbbbb" stroke-width="2"/>'
        )
        # Ours come last, so that nobody hides them.
        for proxy in sorted(line, key=lambda name: (name in OURS, name == "ours")):
            yield _dot(proxy, scale.x(line[proxy]), y)


def _dot(proxy: str, x: float, y: float) -> str:
    colour = COLOURS.get(proxy, "#000000")
    edge = 'stroke="#ffffff" stroke-width="1"'
    if proxy in OURS:
        corners = f"{x:.1f},{y - 7:.1f} {x + 7:.1f},{y:.1f} {x:.1f},{y + 7:.1f} {x - 7:.1f},{y:.1f}"
        return f'<polygon points="{corners}" fill="{colour}" {edge}/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{colour}" {edge}/>'
