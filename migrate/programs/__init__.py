"""The programs of a run, one after the other: the first look at all files, whose facts each needs, and its course."""
