"""The code interpreter's service: runs code that comes over HTTP in kernels that keep its state.

The agent starts it and writes lines of JSON to its stdin: {"environment": {...}}, the variables that all code has.
"""

import asyncio
import importlib.util
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# What the server looks for in what is written here: waiting on is then in vain.
CANNOT_START = "The code interpreter's service cannot start"

try:
    import api
    import contexts

    # Kernels are processes of their own, which would say so to whoever runs code first.
    if importlib.util.find_spec("ipykernel") is None:
        raise ModuleNotFoundError("No module named 'ipykernel'", name="ipykernel")
except ImportError as error:
    package = (error.name or "ipykernel").split(".")[0].replace("_", "-")
    print(f"{CANNOT_START}: {error}. Install it with: sudo apt-get install python3-{package}", file=sys.stderr, flush=True)
    sys.exit(1)

PORT = 49999

# As long as in the cloud: what is in front of the service lets go first.
IDLE_SECONDS = 640
LARGEST_BODY = 512 * 1024 * 1024


async def read_orders(registry):
    """Does what the agent says, until it is gone."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = json.loads(line)
        if "environment" in order:
            registry.set_environment(order["environment"])


async def main():
    registry = contexts.Registry()
    registry.warm_up()
    api.application(registry).listen(PORT, "0.0.0.0", idle_connection_timeout=IDLE_SECONDS, max_body_size=LARGEST_BODY, max_buffer_size=LARGEST_BODY)
    try:
        await read_orders(registry)
    finally:
        await registry.close()


asyncio.run(main())
