"""What the core writes."""
