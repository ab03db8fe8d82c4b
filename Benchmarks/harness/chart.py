"""Charts as SVG, by hand: they have to be readable in a page, and nothing more."""

from xml.sax.saxutils import escape

BLUE, GREY, RED, GREEN, INK = "#2f6db5", "#9aa5b1", "#b5382f", "#2f8f4e", "#24292f"
FONT = "font-family='system-ui, sans-serif'"


def text(x, y, words, size=13, anchor="start", colour=INK):
    return "<text x='%g' y='%g' font-size='%g' text-anchor='%s' fill='%s' %s>%s</text>" % (
        x, y, size, anchor, colour, FONT, escape(words))


def line(x1, y1, x2, y2, colour, width=1, dashes=""):
    dashed = " stroke-dasharray='%s'" % dashes if dashes else ""
    return "<line x1='%g' y1='%g' x2='%g' y2='%g' stroke='%s' stroke-width='%g'%s/>" % (
        x1, y1, x2, y2, colour, width, dashed)


def picture(width, height, parts):
    return (
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %g %g' width='%g' height='%g'>"
        "<rect width='100%%' height='100%%' fill='white'/>%s</svg>\n" % (width, height, width, height, "".join(parts)))


def bars(title, rows, unit="×"):
    """Horizontal bars, with lines at bar and goal. `rows`: (label, value, bar or None, goal or None)."""
    left, right, top, step = 250, 640, 50, 26
    greatest = max([limit for row in rows for limit in row[1:] if limit is not None] + [1e-9]) * 1.08
    width = right + 80

    def place(value):
        return left + (right - left) * max(0, value) / greatest

    parts = [text(16, 26, title, 16)]
    for index, (label, value, bar, goal) in enumerate(rows):
        y = top + index * step
        colour = GREY if bar is None else (BLUE if value >= bar else RED)
        parts.append(text(left - 8, y + 14, label, anchor="end"))
        parts.append("<rect x='%g' y='%g' width='%g' height='18' fill='%s'/>" % (left, y, place(value) - left, colour))
        for limit, dashes in ((bar, ""), (goal, "3 2")):
            if limit is not None:
                parts.append(line(place(limit), y - 3, place(limit), y + 21, GREEN, 2, dashes))
        farthest = max(place(limit) for limit in (value, bar, goal) if limit is not None)
        parts.append(text(farthest + 6, y + 14, "%.3g %s" % (value, unit)))
    bottom = top + len(rows) * step
    parts.append(line(left, top - 6, left, bottom, INK))
    parts.append(text(left, bottom + 20, "green: bar; dashed: goal; red: bar missed", 12, colour=GREY))
    return picture(width, bottom + 34, parts)


def curves(title, series, across, unit):
    """Lines over few places. `series`: (label, {place: value}); places lie evenly apart."""
    left, right, top, bottom = 70, 560, 50, 300
    places = sorted({place for _, values in series for place in values})
    greatest = max([value for _, values in series for value in values.values()] + [1e-9]) * 1.1

    def x(place):
        return left + (right - left) * places.index(place) / max(1, len(places) - 1)

    def y(value):
        return bottom - (bottom - top) * value / greatest

    parts = [text(16, 26, title, 16), line(left, bottom, right, bottom, INK), line(left, top, left, bottom, INK)]
    parts.append(text((left + right) / 2, bottom + 40, across, anchor="middle"))
    parts.append(text(left - 8, top - 8, unit, 12, "end"))
    for place in places:
        parts.append(text(x(place), bottom + 18, str(place), anchor="middle"))
    for (label, values), colour in zip(series, (BLUE, GREEN, RED)):
        points = [(x(place), y(value), value) for place, value in sorted(values.items())]
        parts.append("<polyline fill='none' stroke='%s' stroke-width='2' points='%s'/>" % (
            colour, " ".join("%g,%g" % point[:2] for point in points)))
        for px, py, value in points:
            parts.append("<circle cx='%g' cy='%g' r='3.5' fill='%s'/>" % (px, py, colour))
            parts.append(text(px, py - 8, "{:,.0f}".format(value), 11, "middle", colour))
        parts.append(text(points[-1][0] + 10, points[-1][1] + 4, label, colour=colour))
    return picture(right + 110, bottom + 54, parts)
