"""Masks: a text of equal length, with the same line ends, in which Python 3 can parse what it otherwise could not."""
