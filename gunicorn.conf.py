"""How gunicorn runs the site; read from the working directory. Everything can be set from the environment.

Threads rather than many processes: pages come out of a cache in microseconds and the record waits for the database.
With more than one process, CACHE_URL must name a cache that they share (README, "Running it for real").
"""

import os

# In containers and behind a proxy on another machine: BIND=0.0.0.0:8000 (and see FORWARDED_ALLOW_IPS in the README).
bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
threads = int(os.environ.get("WEB_THREADS", "8"))
# Above the idle time-out of common proxies, so that the proxy closes first and never sends into a closed connection.
keepalive = 75
timeout = 60
graceful_timeout = 15
# A worker is replaced now and then, so that no leak grows for ever; the jitter keeps them from all going at once.
max_requests = 20_000
max_requests_jitter = 2_000
# Everything in memory, or the heartbeat can block on a slow disk.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108 - a memory disk, for the heartbeat only
limit_request_line = 8190
# Addresses of readers are not kept: who reads here is nobody's business. ACCESS_LOG=- turns the log on, without them.
accesslog = os.environ.get("ACCESS_LOG") or None
access_log_format = '%(t)s "%(m)s %(U)s" %(s)s %(b)s %(L)ss'
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "error")
proc_name = "puente"
# Nobody steers a running server through a socket in somebody's home; signals do.
control_socket_disable = True
