"""What is written about accounts, one file a use case."""
