"""One module a way of running: development, demo, test, production. What differs comes from the environment."""
