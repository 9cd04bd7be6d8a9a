"""Text before any parser: bytes decoded, tokens of any Python, and masks for what Python 3 cannot read."""
