"""The languages, and what runs each."""

import shutil

from .base import KernelDied, NotAvailable, UnknownLanguage
from .bash import BashKernel
from .jupyter import IPythonKernel
from .node import NodeKernel

__all__ = ["KernelDied", "NotAvailable", "UnknownLanguage", "demand", "is_available", "make"]

# What the cloud has and this machine has not, and what to say of it.
_NOT_HERE = {
    "r": "R is not supported by the local server's code interpreter; it runs python, javascript, typescript and bash",
    "java": "Java is not supported by the local server's code interpreter; it runs python, javascript, typescript and bash",
}


def demand(language):
    """Raises what keeps a language from running here."""
    if language in _NOT_HERE:
        raise NotAvailable(_NOT_HERE[language])
    if language not in ("python", "javascript", "typescript", "bash"):
        raise UnknownLanguage(f"No such kernel named {language}")
    if language in ("javascript", "typescript") and shutil.which("node") is None:
        raise NotAvailable("JavaScript and TypeScript need Node.js, which is not installed on the server's machine. Install it with: sudo apt-get install nodejs")
    if language == "bash" and shutil.which("bash") is None:
        raise NotAvailable("bash is not installed on the server's machine")


def is_available(language):
    """Whether the language runs here."""
    try:
        demand(language)
        return True
    except NotAvailable:
        return False


def make(language, folder, environment):
    """A kernel of the language, not started.

    environment is a function that gives the variables of all code, which may come after the kernel was made.
    """
    if language == "python":
        return IPythonKernel(folder, environment)
    if language == "bash":
        return BashKernel(folder, environment)
    return NodeKernel(folder, environment, typescript=language == "typescript")
