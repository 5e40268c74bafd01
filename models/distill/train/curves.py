"""Loss and accuracy over training as an SVG, written by hand: no plotting library is needed."""
import json
from html import escape
from pathlib import Path
from typing import Dict, List, Tuple

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 860, 300, 56, 28, 190
_COLOURS = ["#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2", "#be185d", "#4d7c0f"]

Line = List[Tuple[float, float]]


def draw_curves(log: Path, picture: Path) -> None:
    """Draws what the log (JSON lines) says: losses above, accuracy by choice below."""
    losses: Dict[str, Line] = {"training": [], "validation": []}
    accuracy: Dict[str, Line] = {}
    for line in log.read_text().splitlines():
        entry = json.loads(line)
        if entry["event"] == "step":
            losses["training"].append((entry["step"], entry["loss"]))
        elif entry["event"] == "validation":
            losses["validation"].append((entry["step"], entry["loss"]))
            for key, share in entry["accuracy"].items():
                accuracy.setdefault(key, []).append((entry["step"], share))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {2 * _HEIGHT + 20}"'
        ' font-family="sans-serif" font-size="12">'
        "<title>Loss and accuracy over the steps of the training</title>"
        '<rect width="100%" height="100%" fill="#fff"/>'
    ]
    parts += _panel("loss", losses, 0)
    parts += _panel("accuracy (validation)", accuracy, _HEIGHT + 10, bottom=0.0, top=1.0)
    picture.write_text("\n".join(parts + ["</svg>"]) + "\n")


def _panel(title: str, lines: Dict[str, Line], y0: int, bottom=None, top=None) -> List[str]:
    points = [p for line in lines.values() for p in line]
    if not points:
        return []
    last = max(x for x, _ in points) or 1
    low = bottom if bottom is not None else 0.0
    # The first steps would press all that follows to the floor.
    ordered = sorted(y for _, y in points)
    high = top if top is not None else ordered[int(0.97 * (len(ordered) - 1))] * 1.1
    wide, tall = _WIDTH - _LEFT - _GAP, _HEIGHT - _TOP - 30

    def place(x: float, y: float) -> str:
        share = min(1.0, (y - low) / ((high - low) or 1))
        return f"{_LEFT + wide * x / last:.1f},{y0 + _TOP + tall * (1 - share):.1f}"

    parts = [f'<text x="{_LEFT}" y="{y0 + 18}" font-weight="bold">{escape(title)}</text>']
    for i in range(5):
        value = low + (high - low) * i / 4
        x, y = place(0, value).split(",")
        parts.append(f'<line x1="{x}" x2="{_LEFT + wide}" y1="{y}" y2="{y}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{float(y) + 4}" text-anchor="end">{value:.2f}</text>')
        step = f"{last * i / 4:.0f}"
        parts.append(
            f'<text x="{_LEFT + wide * i / 4}" y="{y0 + _HEIGHT - 10}" text-anchor="middle">{step}</text>'
        )
    for i, (name, line) in enumerate(sorted(lines.items())):
        colour = _COLOURS[i % len(_COLOURS)]
        path = " ".join(place(x, y) for x, y in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        y = y0 + _TOP + 14 + 18 * i
        parts.append(f'<text x="{_LEFT + wide + 12}" y="{y}" fill="{colour}">{escape(name)}</text>')
    return parts
