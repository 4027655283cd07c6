"""JavaScript and TypeScript, by Node.js."""

import asyncio
import json
import os

from . import events
from .base import output
from .piped import PipedKernel

_PROGRAM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "node_kernel.js")
_SECONDS_TO_SIGNAL_AGAIN = 0.25


class NodeKernel(PipedKernel):
    """One Node.js."""

    def __init__(self, folder, environment, typescript):
        super().__init__(folder, environment)
        self._typescript = typescript
        self.running = None

    async def start(self):
        await self.launch_piped(lambda answers: ["node", "--no-warnings", _PROGRAM, str(answers)])
        await self.ask(json.dumps({"hello": True}), lambda event: None)

    async def run(self, code, variables, emit):
        self.count += 1
        emit({"type": "number_of_executions", "execution_count": self.count})
        self.running = self.count
        try:
            await self.ask(json.dumps({"code": code, "variables": variables, "typescript": self._typescript}), emit)
        finally:
            self.running = None

    def interrupt(self):
        # The code itself is interrupted by a thread beside it. The signal is for programs that it waits for; one that was
        # about to be started gets it a little later.
        super().interrupt()
        run = self.count
        asyncio.get_running_loop().call_later(_SECONDS_TO_SIGNAL_AGAIN, lambda: run == self.running and super(NodeKernel, self).interrupt())
        self.process.stdin.write(b'{"interrupt": true}\n')
        return True

    def answered(self, line):
        message = json.loads(line)
        kind = message["kind"]
        if kind == "done":
            return message
        if kind == "output":
            self.emit(output(message["name"], message["text"]))
        elif kind == "result":
            self.emit(events.result(message["data"], message["main"]))
        elif kind == "error":
            self.emit(events.error(message["name"], message["value"], message["traceback"]))
        return None
