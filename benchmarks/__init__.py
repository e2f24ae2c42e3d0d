"""Commands that measure something and print the figures, one in each file. Nothing here is a test."""
