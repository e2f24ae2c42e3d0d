"""Make the peer's own environment once, in a folder of the user's cache, from a lock file with versions and hashes."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "peer" / "requirements.txt"


class PeerMissing(Exception):
    """The peer could not be installed; the run goes on without it, and says so."""


def cache_folder() -> Path:
    """Return where environments are kept between runs."""
    named = os.environ.get("BENCH_CACHE")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "puente-bench"


def peer_python() -> str:
    """Return the interpreter of the peer's environment, which is made if it is not there.

    Raises:
        PeerMissing: there is no network, or a package is gone.
    """
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = cache_folder() / f"peer-{wanted}"
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if not stamp.exists():
        print("Installing the peer into an environment of its own", flush=True)
        venv.create(folder, with_pip=True, clear=True)
        command = [
            str(python),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--quiet",
            "--require-hashes",
            "-r",
            str(REQUIREMENTS),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own lock file
        if done.returncode:
            raise PeerMissing(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")
        stamp.touch()
    return str(python)
