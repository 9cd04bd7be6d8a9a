"""Renames the variables of a checkpoint, in both formats that a Saver writes, without TensorFlow or a graph."""
