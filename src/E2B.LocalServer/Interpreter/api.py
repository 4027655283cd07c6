"""The routes, as the cloud's service answers them."""

import json

import tornado.iostream
import tornado.web

from contexts import END, KernelDied, NoSuchContext, NotAvailable, UnknownLanguage, WorkingDirectoryError

STREAM = "application/x-ndjson"


def application(registry):
    """All routes over one registry of contexts."""
    with_registry = {"registry": registry}
    return tornado.web.Application(
        [
            (r"/health", Health),
            (r"/execute", Execute, with_registry),
            (r"/contexts", Contexts, with_registry),
            (r"/contexts/([^/]+)", OneContext, with_registry),
            (r"/contexts/([^/]+)/restart", Restart, with_registry),
        ],
        default_handler_class=Nothing,
        log_function=lambda handler: None,
    )


class Handler(tornado.web.RequestHandler):
    """What all routes have in common: JSON, errors as plain text, a body that is checked."""

    def initialize(self, registry=None):
        self.registry = registry

    def set_default_headers(self):
        self.clear_header("Server")

    def send_json(self, value, status=200):
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(value))

    def send_text(self, text, status):
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(text)

    def send_invalid(self, kind, place, message):
        self.send_json({"detail": [{"type": kind, "loc": ["body", *place], "msg": message}]}, 422)

    def demand_json(self):
        """Whether what was sent calls itself JSON; answers where it does not."""
        # A page in a browser may send other kinds, and none, to whom it likes, but JSON only where it is welcome.
        none = "" if "Origin" in self.request.headers else "application/json"
        kind = self.request.headers.get("Content-Type", none).split(";")[0].strip().lower()
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            self.send_invalid("model_attributes_type", [], "Input should be a valid dictionary or object to extract fields from")
            return False
        return True

    def read_body(self, fields):
        """The body's fields, or None when an answer was sent: 422, as for everything that has not the right form."""
        if not self.demand_json():
            return None
        try:
            body = json.loads(self.request.body)
        except ValueError as error:
            return self.send_invalid("json_invalid", [], f"JSON decode error: {error}")
        if not isinstance(body, dict):
            return self.send_invalid("model_attributes_type", [], "Input should be a valid dictionary or object to extract fields from")
        values = {}
        for name, (kind, required) in fields.items():
            value = body.get(name)
            if value is None:
                if required:
                    return self.send_invalid("missing", [name], "Field required")
            elif not isinstance(value, kind):
                return self.send_invalid("string_type" if kind is str else "dict_type", [name], f"Input should be a valid {'string' if kind is str else 'dictionary'}")
            elif kind is dict and any(not isinstance(one, str) for one in value.values()):
                return self.send_invalid("string_type", [name], "Input should be a valid string")
            values[name] = value
        return values

    def write_error(self, status_code, **kwargs):
        if status_code == 405:
            self.send_json({"detail": "Method Not Allowed"}, 405)
        else:
            self.send_text("Internal Server Error", status_code)


class Nothing(Handler):
    def prepare(self):
        self.send_json({"detail": "Not Found"}, 404)


class Health(Handler):
    def get(self):
        self.send_json("OK")


class Contexts(Handler):
    def get(self):
        self.send_json([context.describe() for context in self.registry.all()])

    async def post(self):
        body = self.read_body({"cwd": (str, False), "language": (str, False)})
        if body is None:
            return
        try:
            context = await self.registry.create(body["language"], body["cwd"])
        except WorkingDirectoryError:
            return self.send_text("Failed to set working directory", 500)
        except (UnknownLanguage, NotAvailable, KernelDied) as error:
            return self.send_text(f"Failed to create context: {error}", 500)
        self.send_json(context.describe())


class OneContext(Handler):
    async def delete(self, context_id):
        try:
            await self.registry.remove(context_id)
        except NoSuchContext as error:
            return self.send_text(str(error), 404)
        self.send_json(None)


class Restart(Handler):
    async def post(self, context_id):
        # Nothing is read of the body, so any kind will do, but not from a page in a browser.
        if "Origin" in self.request.headers and not self.demand_json():
            return
        try:
            await self.registry.restart(context_id)
        except NoSuchContext as error:
            return self.send_text(str(error), 404)
        except (NotAvailable, WorkingDirectoryError, KernelDied) as error:
            return self.send_text(f"Failed to restart context {context_id}: {error}", 500)
        self.send_json(None)


class Execute(Handler):
    def initialize(self, registry):
        super().initialize(registry)
        self.execution = None

    async def post(self):
        body = self.read_body({"code": (str, True), "context_id": (str, False), "language": (str, False), "env_vars": (dict, False)})
        if body is None:
            return
        if body["context_id"] and body["language"]:
            return self.send_text("Only one of context_id or language can be provided", 400)
        try:
            context = self.registry.find(body["context_id"]) if body["context_id"] else self.registry.default(body["language"])
        except NoSuchContext as error:
            return self.send_text(str(error), 404)
        except UnknownLanguage as error:
            return self.send_text(f"Failed to create context: {error}", 500)
        except NotAvailable as error:
            # Of a status the clients would show the number and nothing else.
            self.set_header("Content-Type", STREAM)
            self.write_event({"type": "error", "name": "LanguageNotAvailable", "value": str(error), "traceback": ""})
            self.write_event(END)
            return

        self.execution = context.execute(body["code"], body["env_vars"] or {})
        try:
            # Clients wait for the head only so long, and for the rest as long as the code may run.
            self.set_header("Content-Type", STREAM)
            await self.flush()
            async for event in self.execution.events():
                self.write_event(event)
                del event
                await self.flush()
        except tornado.iostream.StreamClosedError:
            self.execution.abandon()

    def write_event(self, event):
        # In ASCII: clients that decode what they read piece by piece cannot cut a character.
        self.write(json.dumps(event) + "\n")

    def on_connection_close(self):
        # Nobody waits for the rest. Left alone, an endless loop would keep everybody else from the kernel.
        if self.execution is not None:
            self.execution.abandon()
