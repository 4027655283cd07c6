"""What a figure of matplotlib shows, as data: the kinds of charts and their members are those of the cloud."""

import datetime
import re
import sys
from decimal import Decimal, localcontext

from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle, Wedge
from matplotlib.text import Text

_UNIT = re.compile(r"\s\((.*?)\)|\[(.*?)\]")
_DIGITS = 8


def of_figure(figure):
    """The figure's chart; of several, a chart of charts; an empty one for a figure without data."""
    axes = figure.get_axes()
    if not any(one.has_data() for one in axes):
        return {}
    if len(axes) == 1:
        return of_axes(axes[0])
    title = figure._suptitle.get_text() if figure._suptitle is not None else ""
    return {"type": "superchart", "title": title, "elements": [of_axes(one) for one in axes]}


def of_axes(axes):
    kind = kind_of(axes)
    chart = {"type": kind, "title": axes.get_title() or None, "elements": []}
    if kind in _READERS:
        _READERS[kind](axes, chart)
    return chart


def kind_of(axes):
    """Told by what was drawn, texts apart. Lines across the axes mean something only where there are lines anyway."""
    drawn = [one for one in axes.get_children() if one in axes._children and not isinstance(one, Text)]
    if all(isinstance(one, Line2D) for one in drawn):
        return "line"
    if all(isinstance(one, (PathPatch, Line2D)) for one in drawn):
        return "box_and_whisker"
    rest = [one for one in drawn if not (isinstance(one, Line2D) and is_across(one))]
    for kind, artist in (("scatter", PathCollection), ("pie", Wedge), ("bar", Rectangle)):
        if all(isinstance(one, artist) for one in rest):
            return kind
    return "unknown"


def is_across(line):
    """Whether it is a grid line or the like: two points on a vertical or a horizontal."""
    x, y = list(line.get_xdata()), list(line.get_ydata())
    return len(x) == 2 and len(y) == 2 and bool(x[0] == x[1] or y[0] == y[1])


def read_labels(axes, chart, swapped=False):
    labels = [axes.get_xlabel() or None, axes.get_ylabel() or None]
    for name, text in zip(("x", "y"), reversed(labels) if swapped else labels):
        unit = _UNIT.search(text) if text else None
        chart[f"{name}_label"] = text
        chart[f"{name}_unit"] = (unit.group(1) or unit.group(2)) if unit else None


def read_scales(axes, chart):
    for name, axis, scale in (("x", axes.xaxis, axes.get_xscale()), ("y", axes.yaxis, axes.get_yscale())):
        labels = [one.get_text() for one in axis.get_ticklabels()]
        dates = is_of_dates(axis)
        ticks = [moment(one) if dates else coordinate(one) for one in axis.get_ticklocs()]
        chart[f"{name}_ticks"] = ticks
        chart[f"{name}_tick_labels"] = labels
        chart[f"{name}_scale"] = "datetime" if dates else scale if scale != "linear" else linear_or_categorical(ticks, labels)


def is_of_dates(axis):
    converter = axis.get_converter() if hasattr(axis, "get_converter") else axis.converter
    return type(converter).__name__ == "_SwitchableDateConverter"


def moment(tick):
    return sys.modules["matplotlib.dates"].num2date(tick).isoformat()


def linear_or_categorical(ticks, labels):
    """Categories are numbered from 0, and their labels are not those numbers."""
    numbered = all(isinstance(tick, float) and tick == i and label != str(i) for i, (tick, label) in enumerate(zip(ticks, labels)))
    return "categorical" if numbered else "linear"


def coordinate(value):
    """A number, or the text that stands for a moment or a category."""
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if type(value).__name__ == "datetime64":
        return str(value.astype("datetime64[s]"))
    if isinstance(value, str):
        return str(value)
    return float(value)


def read_lines(axes, chart):
    read_labels(axes, chart)
    read_scales(axes, chart)
    for line in axes.get_lines():
        if not is_across(line):
            label = str(line.get_label())
            if label.startswith("_child"):
                label = f"Line {label[len('_child'):]}"
            chart["elements"].append({"label": label, "points": points(zip(line.get_xdata(), line.get_ydata()))})


def read_scatters(axes, chart):
    read_labels(axes, chart)
    read_scales(axes, chart)
    for collection in axes.collections:
        chart["elements"].append({"label": str(collection.get_label()), "points": points(collection.get_offsets())})


def points(pairs):
    return [[coordinate(x), coordinate(y)] for x, y in pairs]


def read_bars(axes, chart):
    swapped = False
    for container in axes.containers:
        group = str(container.get_label())
        if group.startswith("_container"):
            group = f"Group {group[len('_container'):]}"
        bars = list(container)
        swapped = getattr(container, "orientation", "vertical") == "horizontal"
        axis = axes.yaxis if swapped else axes.xaxis
        values = [one.get_width() if swapped else one.get_height() for one in bars]
        middles = [one.get_y() + one.get_height() / 2 if swapped else one.get_x() + one.get_width() / 2 for one in bars]
        for label, value in zip(labels_of_bars(axis, middles), values):
            chart["elements"].append({"label": label, "group": group, "value": float(value)})
    read_labels(axes, chart, swapped)


def labels_of_bars(axis, middles):
    """What the ticks say. Ticks that are not one for each bar are found by their place."""
    labels = [one.get_text() for one in axis.get_ticklabels()]
    if len(labels) == len(middles):
        return labels
    places = dict(zip((round(float(one), _DIGITS) for one in axis.get_ticklocs()), labels))
    return [places.get(round(float(middle), _DIGITS)) or f"{middle:g}" for middle in middles]


def read_pie(axes, chart):
    for wedge in axes.patches:
        angle = abs(rounded(Decimal(float(wedge.theta2)) - Decimal(float(wedge.theta1))))
        chart["elements"].append({"label": str(wedge.get_label()), "angle": float(angle), "radius": float(wedge.r)})


class _Box:
    """A box and what belongs to it, along the axis of its values."""

    def __init__(self, corners, label):
        across, along = [x for x, _ in corners], [y for _, y in corners]
        self.left, self.right = min(across), max(across)
        self.low, self.high = min(along), max(along)
        self.label = label
        self.median = self.least = self.most = None
        self.outliers = []

    def holds(self, across):
        return all(self.left <= one <= self.right for one in across)

    def take(self, across, along, is_outliers):
        if is_outliers:
            self.outliers += [float(one) for one in along]
        elif len(along) == 2 and along[0] == along[1] and self.low <= along[0] <= self.high and across[0] != across[1]:
            self.median = along[0] if self.median is None else self.median
        elif len(along) == 2 and max(along) == self.low:
            self.least = min(along)
        elif len(along) == 2 and min(along) == self.high:
            self.most = max(along)


def read_boxes(axes, chart):
    swapped = are_boxes_horizontal(axes)
    turn = (lambda pairs: [(y, x) for x, y in pairs]) if swapped else (lambda pairs: pairs)
    labels = [one.get_text() for one in (axes.yaxis if swapped else axes.xaxis).get_ticklabels()]
    boxes = [
        _Box(turn([(rounded(x), rounded(y)) for x, y in patch.get_path().vertices]), label)
        for label, patch in zip(labels, axes.patches)
    ]
    for line in axes.get_lines():
        pairs = turn([(rounded(x), rounded(y)) for x, y in zip(line.get_xdata(), line.get_ydata())])
        across, along = [x for x, _ in pairs], [y for _, y in pairs]
        box = next((one for one in boxes if pairs and one.holds(across)), None)
        if box is not None:
            box.take(across, along, is_outliers=line.get_linestyle() in ("None", "none", " ", ""))
    read_labels(axes, chart, swapped)
    for box in boxes:
        chart["elements"].append({
            "label": box.label,
            "min": float(box.least),
            "first_quartile": float(box.low),
            "median": float(box.median),
            "third_quartile": float(box.high),
            "max": float(box.most),
            "outliers": box.outliers,
        })


def are_boxes_horizontal(axes):
    """Boxes stand side by side across their values: there they have the same extent, and their ticks are there."""
    boxes = [patch.get_path().get_extents() for patch in axes.patches]
    middles_x, middles_y = ([round((low + high) / 2, _DIGITS) for low, high in sides] for sides in (
        [(one.x0, one.x1) for one in boxes], [(one.y0, one.y1) for one in boxes]))
    on_x = all(middle in [round(float(tick), _DIGITS) for tick in axes.get_xticks()] for middle in middles_x)
    on_y = all(middle in [round(float(tick), _DIGITS) for tick in axes.get_yticks()] for middle in middles_y)
    if on_x != on_y:
        return on_y
    return len({round(one.height, _DIGITS) for one in boxes}) == 1 and len({round(one.width, _DIGITS) for one in boxes}) > 1


def rounded(number):
    """Without what a computation in binary adds at the far end: to eight digits behind the first one before the point."""
    number = Decimal(str(number))
    with localcontext() as context:
        context.prec = max(1, _DIGITS - number.adjusted())
        return +number


_READERS = {"line": read_lines, "scatter": read_scatters, "bar": read_bars, "pie": read_pie, "box_and_whisker": read_boxes}
