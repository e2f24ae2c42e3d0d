"""`python -m benchmarks.synthetic`: learners by the million, who do not exist; and `--remove` takes them out again."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
django.setup()

from benchmarks.synthetic.command import Command  # noqa: E402 - needs the settings

Command().run_from_argv(["python -m", "benchmarks.synthetic", *sys.argv[1:]])
