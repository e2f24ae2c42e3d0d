"""The settings of the real site, for the parts that these tests start and kill. Only static files are left as they are."""

from config.settings.production import *

# Collecting them takes longer than all the tests, and no fault touches them.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if env.str("RENDERS", default=""):
    TEMPLATES[0]["OPTIONS"]["context_processors"].append("tests.faults.renders.written_down")
