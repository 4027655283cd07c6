"""How long a key takes from the keyboard to its echo on the screen, through Enter-E2BSandbox.

usage: keypress.py MODULE SANDBOX-ID KEYS
Types into a terminal of its own, one key at a time, each once the one before is on the screen.
Prints the median, the minimum and the 95th percentile in milliseconds.
"""
import os
import pty
import select
import statistics
import sys
import time

module, sandbox, keys = sys.argv[1], sys.argv[2], int(sys.argv[3])
pid, screen = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    command = f"Import-Module '{module}'; Enter-E2BSandbox {sandbox} 'stty -echoctl; cat'"
    os.execvp("pwsh", ["pwsh", "-NoProfile", "-Command", command])


def read_until(wanted, limit):
    seen = b""
    end = time.monotonic() + limit
    while wanted not in seen:
        if not select.select([screen], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit(f"'{wanted.decode()}' did not come; the screen: {seen[-500:]!r}")
        try:
            seen += os.read(screen, 65536)
        except OSError:
            sys.exit(f"the terminal ended; the screen: {seen[-500:]!r}")


# Nothing can be measured before the other side answers.
read_until(b"lets go of it", 60)
time.sleep(1)
os.write(screen, b"ready\n")
read_until(b"ready\r\nready", 30)

times = []
for index in range(keys):
    key = b"abcdefghij"[index % 10 : index % 10 + 1]
    begin = time.perf_counter()
    os.write(screen, key)
    read_until(key, 10)
    times.append((time.perf_counter() - begin) * 1000)
os.write(screen, b"\x03")
os.waitpid(pid, 0)
times.sort()
print(f"{statistics.median(times):.2f} {times[0]:.2f} {times[int(len(times) * 0.95)]:.2f}")
