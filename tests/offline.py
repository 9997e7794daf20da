"""Run a command where nothing but this machine can be reached, and list who tried."""

import os
import subprocess
import sys
from pathlib import Path

import specz

GUARD = '''
"""Loaded by every Python process: names who reaches for the network, and stops it."""
import sys

def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, (str, bytes)) or address[0] in ("127.0.0.1", "::1", "localhost"):
            return
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[0]
        if address in (None, "", "127.0.0.1", "::1", "localhost", b"localhost"):
            return
    else:
        return
    with open({log!r}, "a") as log:
        log.write(f"{{sys.argv}}: {{event}} {{address}}\\n")
    raise PermissionError(f"no network: {{event}} {{address}}")

sys.addaudithook(guard)
'''
REACH = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
ISOLATED = ["unshare", "--map-root-user", "--net"]


class Offline:
    """Runs Python without a network; keeps its guard in ``folder``."""

    def __init__(self, folder):
        self.log = folder / "reached.log"
        guard = folder / "guard"
        guard.mkdir(parents=True)
        (guard / "sitecustomize.py").write_text(GUARD.format(log=str(self.log)))
        try:
            can = subprocess.run([*ISOLATED, "true"], capture_output=True).returncode == 0
        except OSError:
            can = False
        self.isolated = ISOLATED if can else []
        search = [guard, Path(specz.__file__).parents[1]]
        self.environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, search))}
        self._check()

    def run(self, *arguments, **variables):
        """Return how Python with ``arguments`` ended, and who reached for the network."""
        done = subprocess.run(
            [*self.isolated, sys.executable, *arguments],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            timeout=600,
        )
        return done, self.log.read_text() if self.log.exists() else ""

    def _check(self):
        done, reached = self.run("-c", REACH)  # the guard guards
        assert done.returncode == 1
        assert "no network: socket." in done.stderr
        assert "192.0.2.1" in reached
        if self.isolated:  # and so does the system, from what the guard can't see
            done = subprocess.run(
                [*self.isolated, sys.executable, "-c", REACH], capture_output=True, text=True
            )
            assert "Network is unreachable" in done.stderr
        self.log.unlink()
