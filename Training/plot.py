"""Draws the loss log as an SVG.

python3 plot.py loss.csv loss.svg
"""

import csv
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 300, 50, 12, 16, 40
LOW, HIGH = 0.1, 8.0


def main():
    with open(sys.argv[1], newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file)]
    tokens = [int(row["tokens"]) for row in rows]

    def x(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * value / tokens[-1]

    def y(value):
        share = math.log(max(LOW, min(HIGH, value)) / LOW) / math.log(HIGH / LOW)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def line(column, colour):
        points = " ".join(f"{x(t):.1f},{y(float(r[column])):.1f}" for t, r in zip(tokens, rows) if float(r[column]) > 0)
        return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="12" fill="#444"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    for value in (0.1, 0.2, 0.5, 1, 2, 5):
        parts.append(
            f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
            f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>'
        )
    step = max(1, round(tokens[-1] / 6e6)) * 1_000_000
    for value in range(0, tokens[-1] + 1, step):
        parts.append(
            f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{value // 1_000_000}</text>'
        )
    parts.append(f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">million tokens</text>')
    parts.append(line("training_loss", "#bbb") + line("held_out_loss", "#06c"))
    parts.append(
        f'<text x="{WIDTH - 220}" y="{TOP + 16}" fill="#06c">held-out loss (nats per token)</text>'
        f'<text x="{WIDTH - 220}" y="{TOP + 34}" fill="#999">training loss</text></svg>'
    )
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        out.write("\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
