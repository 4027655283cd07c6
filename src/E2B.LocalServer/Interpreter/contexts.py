"""Contexts: each a language, a working directory and a kernel that keeps what code leaves behind."""

import asyncio
import os
import signal
import sys
import uuid

import kernels
from kernels import KernelDied, NotAvailable, UnknownLanguage  # noqa: F401

HOME = "/home/user"
KEEPALIVE_SECONDS = 5

# An abandoned execution may ignore one interrupt, but whoever comes next should not wait for it for ever.
SECONDS_BETWEEN_INTERRUPTS = 2
SECONDS_BEFORE_BEGIN = 0.05
MOST_INTERRUPTS = 5

END = {"type": "end_of_execution"}


class NoSuchContext(Exception):
    """There is no context of that id."""


class WorkingDirectoryError(Exception):
    """The directory that was asked for is none."""


class Registry:
    """All contexts, in the order in which they were made."""

    def __init__(self):
        self._contexts = {}
        self._defaults = {}
        self._environment = {}

    @property
    def environment(self):
        """The variables of all code."""
        return self._environment

    def set_environment(self, environment):
        self._environment = environment

    def warm_up(self):
        """Makes the contexts that are always there. Python's kernel is started, since it takes longest and is used most."""
        self.default("python").start_soon()
        if kernels.is_available("javascript"):
            self.default("javascript")

    def all(self):
        return list(self._contexts.values())

    def find(self, context_id):
        if context_id not in self._contexts:
            raise NoSuchContext(f"Context {context_id} not found")
        return self._contexts[context_id]

    def default(self, language):
        """The context of code that names a language only, or nothing."""
        language = normalize(language)
        kernels.demand(language)
        if language not in self._defaults:
            self._defaults[language] = self._add(language, HOME)
        return self._defaults[language]

    async def create(self, language, cwd):
        language = normalize(language)
        kernels.demand(language)
        context = self._add(language, cwd or HOME)
        try:
            await context.started()
        except BaseException:
            self._contexts.pop(context.id, None)
            await context.close()
            raise
        return context

    async def restart(self, context_id):
        await self.find(context_id).restart()

    async def remove(self, context_id):
        context = self.find(context_id)
        del self._contexts[context_id]
        self._defaults = {language: one for language, one in self._defaults.items() if one is not context}
        await context.close()

    async def close(self):
        await asyncio.gather(*(context.close() for context in self.all()))

    def _add(self, language, cwd):
        context = Context(self, language, cwd)
        self._contexts[context.id] = context
        return context


def normalize(language):
    """The language's one name."""
    language = (language or "python").lower().strip()
    return {"js": "javascript", "ts": "typescript"}.get(language, language)


class Context:
    """One context. Its executions run one after the other."""

    def __init__(self, registry, language, cwd):
        self.id = str(uuid.uuid4())
        self.language = language
        self.cwd = cwd
        self.registry = registry
        self.turn = asyncio.Lock()
        self.kernel = None
        self._starting = None
        self._running = set()

    def describe(self):
        return {"id": self.id, "language": self.language, "cwd": self.cwd}

    def start_soon(self):
        """Starts the kernel in the background. What goes wrong is told to whoever needs it."""
        self._starting = self._starting or asyncio.ensure_future(self._start())
        self._starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._starting

    async def started(self):
        """The kernel, alive."""
        if self._starting is not None and self._starting.done() and (self._starting.exception() or self.kernel.died.done()):
            self._starting = None
        await asyncio.shield(self.start_soon())
        return self.kernel

    def revive(self):
        """Starts the kernel anew, after it has died."""
        asyncio.ensure_future(self.started()).add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _start(self):
        folder = os.path.join(HOME, os.path.expanduser(self.cwd))
        if not os.path.isdir(folder):
            raise WorkingDirectoryError(self.cwd)
        self.kernel = kernels.make(self.language, folder, lambda: self.registry.environment)
        try:
            await self.kernel.start()
        except BaseException:
            await self.kernel.close()
            raise

    def execute(self, code, variables):
        """Begins to run code, when its turn has come."""
        execution = Execution(self, code, variables)
        self._running.add(execution)
        execution.task.add_done_callback(lambda _: self._running.discard(execution))
        return execution

    async def restart(self):
        await self.close()
        await self.started()

    async def close(self):
        """Ends the kernel, and with it what runs."""
        for execution in list(self._running):
            execution.cut_off()
        starting, self._starting = self._starting, None
        if starting is not None and not starting.done():
            starting.cancel()
            await asyncio.wait([starting])
        if self.kernel is not None:
            await self.kernel.close()


class Execution:
    """One run of code: its events, and how it is given up."""

    def __init__(self, context, code, variables):
        self._context = context
        self._queue = asyncio.Queue()
        self._abandoned = asyncio.Event()
        self._kernel = None
        self.task = asyncio.ensure_future(self._run(code, variables))

    async def events(self):
        """What happens, with signs of life in between, up to the end."""
        while True:
            try:
                event = await asyncio.wait_for(self._queue.get(), KEEPALIVE_SECONDS)
            except asyncio.TimeoutError:
                yield {"type": "keepalive"}
                continue
            yield event
            if event is END:
                return

    def abandon(self):
        """Nobody listens any more: code that waits does not run, and code that runs is interrupted."""
        if self._abandoned.is_set():
            return
        self._abandoned.set()
        if self._kernel is None:
            self.task.cancel()
        else:
            asyncio.ensure_future(self._interrupt())

    def cut_off(self):
        """The kernel is about to be ended on purpose."""
        self._fail("UnexpectedEndOfExecution", "Connection to the execution was closed before the execution was finished")
        self._emit(END)
        self.task.cancel()

    async def _interrupt(self):
        interrupts = 0
        while interrupts < MOST_INTERRUPTS:
            taken = self._kernel.interrupt()
            interrupts += taken
            await asyncio.wait([self.task], timeout=SECONDS_BETWEEN_INTERRUPTS if taken else SECONDS_BEFORE_BEGIN)
            if self.task.done():
                return
        # Nothing stops it. Its state is lost, but the context is not.
        self._kernel.signal(signal.SIGKILL)

    async def _run(self, code, variables):
        async with self._context.turn:
            try:
                kernel = await self._context.started()
                if self._abandoned.is_set():
                    return
                self._kernel = kernel
                await kernel.run(code, variables, self._emit)
            except KernelDied as error:
                # The next one finds it started anew.
                self._fail("ContextRestarting", "Context was restarted", str(error))
                self._context.revive()
            except Exception as error:  # noqa: BLE001
                print(f"execution failed: {error!r}", file=sys.stderr, flush=True)
                self._fail(type(error).__name__, str(error))
            self._emit(END)

    def _emit(self, event):
        if not self._abandoned.is_set():
            self._queue.put_nowait(event)

    def _fail(self, name, value, traceback=""):
        self._emit({"type": "error", "name": name, "value": value, "traceback": traceback})
