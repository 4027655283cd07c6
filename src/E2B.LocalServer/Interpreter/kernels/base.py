"""What all kernels have in common: a process in a session of its own, which ends with the service."""

import asyncio
import ctypes
import datetime
import os
import signal

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None)

# When memory runs out, the code goes before the service, and that before the agent.
_OUT_OF_MEMORY_SCORE = "500"


class UnknownLanguage(Exception):
    """Nobody knows the language."""


class NotAvailable(Exception):
    """The language is known, but cannot run here; the message says what is missing."""


class KernelDied(Exception):
    """The kernel's process has ended; the message says how."""


def output(name, text):
    """The event of something that was written to stdout or stderr."""
    return {"type": name, "text": text, "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat()}


class Kernel:
    """A process that runs code."""

    def __init__(self, folder, environment):
        self.folder = folder
        self.environment = environment
        self.process = None
        self.died = asyncio.get_running_loop().create_future()

    async def start(self):
        """Starts it and waits until it takes code."""
        raise NotImplementedError

    async def run(self, code, variables, emit):
        """Runs code and gives each event to emit. KernelDied when the process ends meanwhile."""
        raise NotImplementedError

    def interrupt(self):
        """What Ctrl+C does, to the process and what it has started. False when it would take no notice yet."""
        self.signal(signal.SIGINT)
        return True

    def signal(self, number):
        if self.process is not None and self.process.returncode is None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    async def close(self):
        """Ends it, with all it has started."""
        self.signal(signal.SIGKILL)
        if self.process is not None:
            await self.process.wait()

    async def launch(self, *command, variables=None, **options):
        """Starts the process."""
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment.update(self.environment())
        environment.update(variables or {})
        self.process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=environment, start_new_session=True, preexec_fn=_before_start, **options)
        asyncio.ensure_future(self._watch())

    async def or_death(self, awaitable):
        """Waits for something that a dead kernel would never bring."""
        task = asyncio.ensure_future(awaitable)
        try:
            await asyncio.wait([task, self.died], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise KernelDied(self.died.result())
            return task.result()
        finally:
            task.cancel()

    async def _watch(self):
        code = await self.process.wait()
        if code < 0:
            reason = f"The kernel was ended by the signal {_name_of(-code)}"
        else:
            reason = f"The kernel has ended with the exit code {code}"
        self.on_death()
        self.died.set_result(reason)

    def on_death(self):
        """A last chance to read what it has said."""


def _name_of(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _before_start():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(_OUT_OF_MEMORY_SCORE)
    except OSError:
        pass
