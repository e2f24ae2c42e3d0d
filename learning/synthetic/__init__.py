"""People who do not exist, in numbers that the site must bear: what `manage.py load_synthetic` makes and takes out again."""
