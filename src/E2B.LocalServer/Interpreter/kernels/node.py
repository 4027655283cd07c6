"""JavaScript and TypeScript, by Node.js."""

import json
import os

from . import events
from .base import output
from .piped import PipedKernel

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "node_kernel.js")


class NodeKernel(PipedKernel):
    """One Node.js."""

    def __init__(self, folder, environment, typescript):
        super().__init__(folder, environment)
        self._typescript = typescript
        self._waiting = False

    async def start(self):
        await self.launch_piped(lambda answers: ["node", "--no-warnings", _PROGRAM, str(answers)])
        await self.ask(json.dumps({"hello": True}), lambda event: None)

    async def run(self, code, variables, emit):
        self.count += 1
        emit({"type": "number_of_executions", "execution_count": self.count})
        self._waiting = False
        await self.ask(json.dumps({"code": code, "variables": variables, "typescript": self._typescript}), emit)

    def interrupt(self):
        # What only waits for a promise reads what it is told. The signal is for code that runs, and might meet it at a
        # moment between, at which Node.js takes it for its end.
        if not self._waiting:
            return super().interrupt()
        self.process.stdin.write(b'{"interrupt": true}\n')
        return True

    def answered(self, line):
        message = json.loads(line)
        kind = message["kind"]
        if kind == "done":
            return message
        if kind == "waiting":
            self._waiting = True
        elif kind == "output":
            self.emit(output(message["name"], message["text"]))
        elif kind == "result":
            self.emit(events.result(message["data"], message["main"]))
        elif kind == "error":
            self.emit(events.error(message["name"], message["value"], message["traceback"]))
        return None
