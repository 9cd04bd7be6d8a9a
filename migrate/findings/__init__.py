"""What becomes of a finding: the engine's own rules, comments and settings, and which rewrites are made."""
