"""bash: one shell that reads code after code, so that variables, functions and the directory stay."""

from . import events
from .piped import PipedKernel

# An interactive shell is the one that Ctrl+C takes back to its next command and does not end.
_COMMAND = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
_SETTINGS = "PS1= PS2=; set +H; set +o history; unset HISTFILE"
_ENVIRONMENT = {"PAGER": "cat", "GIT_PAGER": "cat", "SYSTEMD_PAGER": "", "TERM": "dumb"}
_SAVED = "__e2b_before_"


class BashKernel(PipedKernel):
    """One shell."""

    async def start(self):
        await self.launch_piped(self._command, _ENVIRONMENT)
        # It complains that this is no terminal; nobody is to see that.
        await self._run(_SETTINGS, lambda event: None)

    async def run(self, code, variables, emit):
        self.count += 1
        emit({"type": "number_of_executions", "execution_count": self.count})
        if variables:
            await self._run("\n".join(_set(name, value) for name, value in variables.items()), emit)
        try:
            status = await self._run(code, emit)
            if status != 0:
                emit(events.error("", str(status), ""))
        finally:
            if variables and not self.died.done():
                await self._run("\n".join(_put_back(name) for name in variables), lambda event: None)

    def _command(self, answers):
        self._descriptor = answers
        return _COMMAND

    async def _run(self, code, emit):
        line = f"eval {quote(code)} </dev/null {self._descriptor}>&-\nprintf '%s\\n' \"$?\" >&{self._descriptor}"
        return int(await self.ask(line, emit))


def quote(text):
    """The text as one word of one line."""
    for character, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "")):
        text = text.replace(character, escaped)
    return f"$'{text}'"


def _set(name, value):
    saved = _SAVED + name
    return f"[[ -v {name} ]] && {saved}=${name}; export {name}={quote(value)}"


def _put_back(name):
    saved = _SAVED + name
    return f"if [[ -v {saved} ]]; then export {name}=${{{saved}}}; unset {saved}; else unset {name}; fi"
