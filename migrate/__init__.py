"""The engine and command line of `migrate`: it knows Python sources and no library."""
