"""Kernels that are told what to do by their stdin, answer on a pipe of their own, and whose stdout and stderr are read."""

import asyncio
import codecs
import fcntl
import os

from .base import Kernel, output

_CHUNK = 256 * 1024

# Well above what code uses for itself.
_FIRST_DESCRIPTOR = 200


class _Stream:
    """The text that comes out of a pipe, characters whole."""

    def __init__(self, name, descriptor, take):
        self.name = name
        self.descriptor = descriptor
        self._take = take
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self.read)

    def read(self):
        """Reads what there is."""
        while self.descriptor is not None:
            try:
                data = os.read(self.descriptor, _CHUNK)
            except BlockingIOError:
                return
            text = self._decoder.decode(data, final=not data)
            if not data:
                self.close()
            if text:
                self._take(self.name, text)
            if len(data) < _CHUNK:
                return

    def end_of_run(self):
        """What a character was begun with and not ended is not to turn up in the next run."""
        self.read()
        if text := self._decoder.decode(b"", final=True):
            self._take(self.name, text)
        self._decoder.reset()

    def close(self):
        if self.descriptor is not None:
            asyncio.get_running_loop().remove_reader(self.descriptor)
            os.close(self.descriptor)
            self.descriptor = None


class PipedKernel(Kernel):
    """A kernel on pipes."""

    def __init__(self, folder, environment):
        super().__init__(folder, environment)
        self.count = 0
        self._streams = []
        self._emit = None
        self._answers = asyncio.Queue()
        self._rest = ""

    async def launch_piped(self, make_command, variables=None):
        """Starts the process. make_command is given the number of the descriptor for answers."""
        pipes = {name: os.pipe() for name in ("answer", "stdout", "stderr")}
        answers = fcntl.fcntl(pipes["answer"][1], fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR)
        try:
            await self.launch(
                *make_command(answers), variables=variables, stdin=asyncio.subprocess.PIPE,
                stdout=pipes["stdout"][1], stderr=pipes["stderr"][1], pass_fds=[answers])
        finally:
            for descriptor in (answers, *(write for _, write in pipes.values())):
                os.close(descriptor)
        self._streams = [_Stream(name, read, self._take) for name, (read, _) in pipes.items()]

    async def ask(self, line, emit):
        """Writes a line, and gives what the kernel says until it has answered: the answer."""
        self._emit = emit
        try:
            self.process.stdin.write(line.encode() + b"\n")
            answer = await self.or_death(self._answers.get())
            for stream in self._streams:
                if stream.name != "answer" and stream.descriptor is not None:
                    stream.end_of_run()
            return answer
        finally:
            self._emit = None

    def answered(self, line):
        """One line on the pipe for answers. What is no answer, but an event, is emitted; None then."""
        return line

    def emit(self, event):
        if self._emit is not None:
            self._emit(event)

    async def close(self):
        await super().close()
        self._close_streams()

    def on_death(self):
        for stream in self._streams:
            if stream.descriptor is not None:
                stream.read()
        self._close_streams()

    def _close_streams(self):
        for stream in self._streams:
            stream.close()

    def _take(self, name, text):
        if name != "answer":
            self.emit(output(name, text))
            return
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            answer = self.answered(line)
            if answer is not None:
                self._answers.put_nowait(answer)
