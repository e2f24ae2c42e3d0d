"""Settings, one module for each way to run the site: development, demo, test, production."""
