"""IPython, by the Jupyter protocol."""

import asyncio
import json
import os
import shutil
import sys
import tempfile

import zmq
import zmq.asyncio
from jupyter_client.connect import write_connection_file
from jupyter_client.session import Session

from . import events
from .base import Kernel

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ipython_kernel.py")
_SECONDS_BETWEEN_GREETINGS = 0.1


class IPythonKernel(Kernel):
    """One kernel and the sockets to it, which lie in a folder that only root may enter."""

    def __init__(self, folder, environment):
        super().__init__(folder, environment)
        self._sockets = tempfile.mkdtemp(prefix="e2b-kernel-", dir="/run")
        self._zmq = zmq.asyncio.Context()
        self._readers = []
        self._request = None
        self._known = {}

    async def start(self):
        file, connection = write_connection_file(
            os.path.join(self._sockets, "connection.json"), transport="ipc", ip=os.path.join(self._sockets, "s"), key=os.urandom(32).hex().encode())
        self._session = Session(key=connection["key"].encode() if isinstance(connection["key"], str) else connection["key"], username="e2b")
        self._known = dict(self.environment())
        await self.launch(sys.executable, _PROGRAM, "-f", file, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL)
        self._shell = self._connect(zmq.DEALER, connection["ip"], connection["shell_port"])
        self._published = self._connect(zmq.SUB, connection["ip"], connection["iopub_port"])
        self._published.subscribe(b"")
        self._readers = [asyncio.ensure_future(self._read(socket)) for socket in (self._shell, self._published)]
        await self.or_death(self._greet())

    async def run(self, code, variables, emit):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": False}
        request = _Request(emit)
        await self._send("execute_request", content, request, {"e2b": {"lasting": self._news(), "passing": variables}})
        await self.or_death(request.done())

    def interrupt(self):
        # A kernel that has not begun takes no notice.
        return self._request is not None and self._request.accepted and super().interrupt()

    async def close(self):
        await super().close()
        for reader in self._readers:
            reader.cancel()
        self._zmq.destroy(linger=0)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _connect(self, kind, place, number):
        socket = self._zmq.socket(kind)
        # Nothing that the kernel says is dropped, however long a client takes to read it.
        socket.set_hwm(0)
        socket.linger = 0
        socket.reconnect_ivl = 10
        socket.connect(f"ipc://{place}-{number}")
        return socket

    def _news(self):
        """Variables of all code that came after the kernel was started."""
        current = dict(self.environment())
        news = {name: value for name, value in current.items() if self._known.get(name) != value}
        self._known = current
        return news

    async def _greet(self):
        """Asks until both sockets have brought something: what was published before the second one was connected is lost."""
        while True:
            request = _Request(lambda event: None)
            await self._send("kernel_info_request", {}, request, {})
            try:
                return await asyncio.wait_for(request.done(), _SECONDS_BETWEEN_GREETINGS)
            except asyncio.TimeoutError:
                continue

    async def _send(self, kind, content, request, metadata):
        message = self._session.msg(kind, content=content, metadata=metadata)
        request.id = message["header"]["msg_id"]
        self._request = request
        await self._shell.send_multipart(self._session.serialize(message))

    async def _read(self, socket):
        while True:
            _, frames = self._session.feed_identities(await socket.recv_multipart())
            try:
                message = self._session.deserialize(frames)
            except ValueError as error:
                print(f"a message of the kernel that cannot be read: {error}", file=sys.stderr, flush=True)
                continue
            del frames
            if self._request is not None and message["parent_header"].get("msg_id") == self._request.id:
                self._request.take(message)
            del message


class _Request:
    """What the kernel answers to one request."""

    def __init__(self, emit):
        self.id = None
        self.accepted = False
        self._emit = emit
        self._errored = False
        self._idle = asyncio.Event()
        self._replied = asyncio.Event()

    async def done(self):
        # In whichever order they come: each has a socket of its own.
        await self._idle.wait()
        await self._replied.wait()

    def take(self, message):
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            if content["execution_state"] == "idle":
                self._idle.set()
        elif kind.endswith("_reply"):
            if content.get("status") == "error":
                self._fail(content)
            self._replied.set()
        elif kind == "execute_input":
            self.accepted = True
            self._emit({"type": "number_of_executions", "execution_count": content["execution_count"]})
        elif kind == "stream":
            self._emit({"type": content["name"], "text": content["text"], "timestamp": events.timestamp(message["header"]["date"])})
        elif kind in ("display_data", "execute_result"):
            self._emit(events.result(content["data"], is_main_result=kind == "execute_result"))
        elif kind == "error":
            self._fail(content)

    def _fail(self, content):
        if not self._errored:
            self._errored = True
            self._emit(events.error(content.get("ename", ""), content.get("evalue", ""), "".join(content.get("traceback", []))))
