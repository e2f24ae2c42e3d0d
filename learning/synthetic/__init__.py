"""Synthetic learners, people who do not exist, for tests with large numbers: see `manage.py load_synthetic`."""
