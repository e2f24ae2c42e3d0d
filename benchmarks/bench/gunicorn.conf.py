"""How gunicorn runs every site of the benchmark: the same for all, and without the site's own gunicorn.conf.py."""

worker_class = "sync"
workers = 2
timeout = 300
graceful_timeout = 5
loglevel = "error"
control_socket_disable = True
