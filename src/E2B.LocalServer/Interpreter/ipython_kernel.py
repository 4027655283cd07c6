"""IPython as the code interpreter runs it: plain errors, and representations for programs as well as for people."""

import os
import signal
import socket
import sys

# The folder of this file is no place for the code's own imports to look in.
_FOLDER = sys.path.pop(0)

# A debugger that nobody can reach, and a third of the time to start.
sys.modules["debugpy"] = None
from ipykernel.ipkernel import IPythonKernel  # noqa: E402
from ipykernel.kernelapp import IPKernelApp  # noqa: E402

del sys.modules["debugpy"]


class InterpreterKernel(IPythonKernel):
    """Takes variables along with the code: lasting ones, and those that pass when the code has run."""

    def start(self):
        super().start()
        # Code that awaits is cancelled by its loop, which a signal by itself does not wake.
        wake, self._waker = socket.socketpair()
        wake.setblocking(False)
        self._waker.setblocking(False)
        self.io_loop.add_handler(wake, lambda *_: wake.recv(4096), self.io_loop.READ)
        signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    async def execute_request(self, stream, ident, parent):
        variables = parent.get("metadata", {}).get("e2b", {})
        os.environ.update(variables.get("lasting", {}))
        passing = variables.get("passing", {})
        before = {name: os.environ.get(name) for name in passing}
        os.environ.update(passing)
        try:
            await super().execute_request(stream, ident, parent)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


class InterpreterApp(IPKernelApp):
    """The program around the kernel."""

    kernel_class = InterpreterKernel

    def init_iopub(self, context):
        # However fast code displays things, none is dropped.
        context.sndhwm = 0
        super().init_iopub(context)


def configure(config):
    # Escape sequences in errors are of no use to programs.
    config.InteractiveShell.colors = "NoColor"
    config.PlainTextFormatter.max_seq_length = 0
    config.Application.log_level = "ERROR"
    config.HistoryManager.hist_file = ":memory:"


def load(name):
    """A module from this file's folder, which is on nobody's path."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(f"_e2b_{name}", os.path.join(_FOLDER, f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    app = InterpreterApp.instance()
    configure(app.config)
    app.initialize()
    load("displays").install(app.shell, load)
    app.start()


main()
