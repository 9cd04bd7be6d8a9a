"""Runs a program before and after its migration, under TensorFlow, and compares the variables that it builds."""
