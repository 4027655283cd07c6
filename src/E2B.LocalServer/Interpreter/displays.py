"""What a value is shown as beside what IPython does: data frames and charts as data, lists as JSON, saved images."""

import dataclasses
import datetime
import enum
import importlib.abc
import importlib.machinery
import math
import numbers
import sys
import uuid

from IPython.core.formatters import BaseFormatter, JSONFormatter
from traitlets import ObjectName, Unicode

_LARGEST_INTEGER = 2**64 - 1
_SMALLEST_INTEGER = -(2**63)


def install(shell, load):
    """Registers everything. load gives a module of this folder by its name."""
    formatters = shell.display_formatter.formatters
    for formatter in (DataFormatter, ChartFormatter, ValueFormatter):
        one = formatter(parent=shell.display_formatter)
        one.load = load
        formatters[one.format_type] = one
    sys.meta_path.insert(0, ImageHook())


class DataFormatter(BaseFormatter):
    """A data frame's columns."""

    format_type = Unicode("e2b/data")
    print_method = ObjectName("_repr_e2b_data_")
    _return_type = (dict, str)

    def __call__(self, value):
        # Who has made a data frame has imported pandas; nobody else is to wait for that.
        pandas = sys.modules.get("pandas")
        if pandas is None or not isinstance(value, getattr(pandas, "DataFrame", ())):
            return super().__call__(value)
        return {label(name): [cell(one, pandas) for one in column] for name, column in value.to_dict(orient="list").items()}


class ChartFormatter(BaseFormatter):
    """A figure's points."""

    format_type = Unicode("e2b/chart")
    print_method = ObjectName("_repr_e2b_chart_")
    _return_type = (dict, str)

    def __call__(self, value):
        figure = sys.modules.get("matplotlib.figure")
        if figure is None or not isinstance(value, figure.Figure):
            return super().__call__(value)
        try:
            return without_nan(self.load("charts").of_figure(value))
        except Exception:  # noqa: BLE001
            # The picture is there all the same.
            return {}


class ValueFormatter(JSONFormatter):
    """Lists and dictionaries, where all in them can be said in JSON."""

    def __call__(self, value):
        if isinstance(value, (list, dict)):
            try:
                return plain(value), {"expanded": True}
            except (TypeError, RecursionError):
                pass
        return super().__call__(value)


def label(name):
    """A column's name as JSON has it."""
    return name if isinstance(name, (str, int, float, bool)) or name is None else str(name)


def cell(value, pandas):
    if isinstance(value, (pandas.Timestamp, datetime.datetime, datetime.date, datetime.time)):
        return "NaT" if value is pandas.NaT else value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return cell(float(value), pandas)
    try:
        return plain(value)
    except (TypeError, RecursionError):
        return str(value)


def without_nan(value):
    """JSON has no numbers that are none: they become words, as in the cloud."""
    if isinstance(value, dict):
        return {name: without_nan(one) for name, one in value.items()}
    if isinstance(value, list):
        return [without_nan(one) for one in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def plain(value):
    """The value in JSON's own types; TypeError for what has no form there."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, int):
        if not _SMALLEST_INTEGER <= value <= _LARGEST_INTEGER:
            raise TypeError("an integer of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key(name): plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.datetime64):
        return str(value)
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.number, numpy.bool_)) and value.dtype.kind in "biuf":
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def key(name):
    if isinstance(name, str):
        return name
    name = plain(name)
    if isinstance(name, (list, dict)):
        raise TypeError("a key has to be a single value")
    return {None: "null", True: "true", False: "false"}.get(name) if name is None or isinstance(name, bool) else str(name)


class ImageHook(importlib.abc.MetaPathFinder):
    """Waits for PIL to be imported, and then shows images that are saved to a file by its name, as the cloud does."""

    def find_spec(self, name, path, target=None):
        if name != "PIL.Image":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            sys.meta_path.remove(self)
            load = spec.loader.exec_module

            def load_and_change(module):
                load(module)
                show_when_saved(module)

            spec.loader.exec_module = load_and_change
        return spec


def show_when_saved(module):
    from IPython.display import display

    save = module.Image.save

    def save_and_show(self, fp, format=None, **params):
        if isinstance(fp, str):
            display(self)
        save(self, fp, format, **params)

    def show(self, title=None):
        display(self)

    save_and_show.__doc__ = save.__doc__
    module.Image.save = save_and_show
    module.Image.show = show
