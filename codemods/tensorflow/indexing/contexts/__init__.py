"""What a `with` does to names and graphs."""
