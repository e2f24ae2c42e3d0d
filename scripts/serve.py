"""Run the web server and the task worker together: when one ends, or this process is told to, both end.

Now and then it runs `manage.py reconcile` and `publish_scheduled`, as a timer does for a real site.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from types import FrameType

HOST = "127.0.0.1"
GRACE_SECONDS = 20
TIMER_SECONDS = 600
PR_SET_PDEATHSIG = 1

COMMANDS: dict[str, list[str]] = {
    "web server": [sys.executable, "-m", "gunicorn", "config.wsgi:application"],
    "task worker": [sys.executable, "manage.py", "db_worker", "--no-reload", "--no-startup-delay", "--interval", "1"],
}
# What a timer of the system does for a real site: unfinished work, and pages whose date has come while the worker was away.
TIMED: dict[str, list[str]] = {
    "reconciler": [sys.executable, "manage.py", "reconcile", "--verbosity", "0"],
    "publisher": [sys.executable, "manage.py", "publish_scheduled", "--verbosity", "0"],
}
DEVELOPMENT_COMMANDS: dict[str, list[str]] = {
    "web server": [sys.executable, "manage.py", "runserver", f"{HOST}:{os.environ.get('PORT', '8000')}"],
    "task worker": [sys.executable, "manage.py", "db_worker", "--reload", "--no-startup-delay", "--interval", "1"],
}


def port() -> int:
    """Return the wanted port, or end with a sentence when it is no port."""
    wanted = os.environ.get("PORT", "8000")
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT={wanted} is not a port number.")
    return int(wanted)


def refuse_taken_port() -> None:
    """End with a sentence when something answers there already: better now than after everything was prepared."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port()))
        except OSError as error:
            sys.exit(
                f"\nPort {port()} of {HOST} cannot be used: {error.strerror}. Choose another, for example:  PORT={port() + 1} make demo"
            )


def _end_with_parent() -> None:
    """Ask Linux to end this child if the supervisor is killed outright, so that no orphan keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start one process in a session of its own: Ctrl-C reaches only us, and we pass it on once."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_parent)  # noqa: PLW1509 - this process has one thread


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Ask all that still run to end, wait, and end those that do not by force."""
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def answers() -> bool:
    """Whether the web server has begun to answer."""
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port()}/healthz", timeout=1):
            return True
    except OSError:
        return False


def welcome() -> None:
    """Say where to go."""
    site = f"http://{HOST}:{port()}"
    lines = [f"\nPuente is running:  {site}/", f"  administration    {site}/admin/"]
    if os.environ.get("DEMO"):
        lines.append(f"  mail it has sent  {site}/demo/mail/")
    sys.stdout.write("\n".join([*lines, "Ctrl-C stops it.\n"]))
    sys.stdout.flush()


def run(commands: dict[str, list[str]]) -> int:
    """Start everything and stay until one ends or a signal comes. Returns the exit status."""
    asked_to_stop: list[int] = []
    is_welcomed = False

    def remember(signum: int, frame: FrameType | None) -> None:
        asked_to_stop.append(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, remember)
    processes = {name: start(command) for name, command in commands.items()}
    timer: dict[str, subprocess.Popen[bytes]] = {}
    next_run = time.monotonic() + TIMER_SECONDS
    try:
        while not asked_to_stop:
            for name, process in processes.items():
                if process.poll() is not None:
                    sys.stderr.write(f"The {name} ended (status {process.returncode}); stopping the rest.\n")
                    return 1
            if not is_welcomed and answers():
                welcome()
                is_welcomed = True
            if time.monotonic() >= next_run:
                # Whether they succeed stops nothing.
                stop(timer)
                timer = {name: start(command) for name, command in TIMED.items()}
                next_run += TIMER_SECONDS
            time.sleep(0.2)
        return 0
    finally:
        stop(processes | timer)
        sys.stdout.write("Stopped.\n")


def main() -> None:
    """Read the arguments and run."""
    if "--check-port" in sys.argv:
        refuse_taken_port()
        return
    refuse_taken_port()
    sys.exit(run(DEVELOPMENT_COMMANDS if "--development" in sys.argv else COMMANDS))


if __name__ == "__main__":
    main()
