"""Results and errors in the form in which clients get them."""

import datetime

# What each representation is called; everything else is extra.
_NAMES = {
    "text/plain": "text",
    "text/html": "html",
    "text/markdown": "markdown",
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpeg",
    "application/pdf": "pdf",
    "text/latex": "latex",
    "application/json": "json",
    "application/javascript": "javascript",
    "e2b/data": "data",
    "e2b/chart": "chart",
}

_BINARY = ("image/png", "image/jpeg", "application/pdf")


def result(representations, is_main_result):
    """The event of a value, by the representations it has."""
    event = {"type": "result"}
    extra = {}
    for kind, value in representations.items():
        if kind in _BINARY and isinstance(value, str):
            # Older versions of IPython end it like a line.
            value = value.strip()
        if kind in _NAMES:
            event[_NAMES[kind]] = value
        else:
            extra[kind] = value
    text = event.get("text")
    if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        # A string is shown as itself and not as the language writes it.
        event["text"] = text[1:-1]
    event = {name: value for name, value in event.items() if value is not None}
    event["extra"] = extra
    event["is_main_result"] = is_main_result
    return event


def error(name, value, traceback):
    """The event of an error."""
    return {"type": "error", "name": name, "value": value, "traceback": traceback}


def timestamp(date):
    """A moment as the service writes it."""
    return date.isoformat() if isinstance(date, datetime.datetime) else str(date)
