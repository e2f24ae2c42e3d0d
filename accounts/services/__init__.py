"""Services that write accounts, one file for each use case."""
