"""The nearest peer, `wagtail-lms` 0.11.1, in a project of its own and in an environment of its own."""
