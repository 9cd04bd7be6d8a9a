"""How a program looks variables up by their names."""
