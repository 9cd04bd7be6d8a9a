"""Files that are replaced whole or not at all, and the record of a run that can be gone back on."""
