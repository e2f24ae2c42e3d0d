"""Puente's production settings on the database of the benchmark. Uploads and static files go to a temporary folder.

The cache is each process's own memory, as with one machine and no Redis: each of the two workers renders each page once. What
production refuses about it concerns the limits of sign-in, which nothing here touches.
"""

import os

os.environ.pop("WEB_CONCURRENCY", None)
os.environ["DATABASE_URL"] = f"postgres://puente@/{os.environ['POSTGRES_FOLDER']}/{os.environ['BENCH_DATABASE']}"
os.environ["ALLOWED_HOSTS"] = "puente.example"
os.environ["SITE_URL"] = "https://puente.example"
os.environ["SECRET_KEY"] = "a-site-of-the-benchmark-that-lives-for-minutes-never-a-secret"
os.environ["CACHE_URL"] = "locmemcache://"
os.environ["EMAIL_URL"] = "dummymail://"

from config.settings.production import *
