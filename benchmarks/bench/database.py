"""The database settings of every site of the benchmark: the same cluster, a database each, the same CONN_MAX_AGE.

Imported by the settings of the floors and of the peer, which runs in an environment of its own: standard library only.
"""

from __future__ import annotations

import os
from typing import Any

CONN_MAX_AGE = 600


def databases() -> dict[str, dict[str, Any]]:
    """Return Django's DATABASES: as in Puente's production settings, with connections that are kept and asked whether they live."""
    return {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["POSTGRES_FOLDER"],
            "NAME": os.environ["BENCH_DATABASE"],
            "USER": "puente",
            "CONN_MAX_AGE": CONN_MAX_AGE,
            "CONN_HEALTH_CHECKS": True,
        }
    }
