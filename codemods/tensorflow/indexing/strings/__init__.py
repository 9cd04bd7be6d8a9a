"""Which strings, or None, an expression can be."""
