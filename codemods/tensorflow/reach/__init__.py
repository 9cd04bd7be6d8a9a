"""How often, by which ways and within what code can run in one graph."""
