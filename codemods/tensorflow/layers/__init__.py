"""Which statements go together under a new variable scope."""
