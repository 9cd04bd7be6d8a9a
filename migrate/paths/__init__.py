"""Which paths a search finds, and how they are kept: git, excludes, and a packed list."""
