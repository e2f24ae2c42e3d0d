"""Fill the database of one site, in that site's own process and environment.

python -m benchmarks.bench.preparing <module> make <plan.json> <sizes as JSON>      content, people who act, the plan of visits
python -m benchmarks.bench.preparing <module> grow <learners>                       a crowd beside them, up to that many
python -m benchmarks.bench.preparing <module> fill <works> <courses>                pages beside those of the tasks, up to that many
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    import django

    django.setup()
    module = importlib.import_module(arguments[0])
    if arguments[1] == "make":
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        plan = module.make(json.loads(arguments[3]))
        Path(arguments[2]).write_text(json.dumps(plan))
    elif arguments[1] == "grow":
        module.grow(int(arguments[2]))
    elif hasattr(module, "fill"):
        module.fill(int(arguments[2]), int(arguments[3]))


if __name__ == "__main__":
    main(sys.argv[1:])
