"""People who do not exist, in numbers that the site must bear: what `python -m benchmarks.synthetic` makes and takes out again."""
