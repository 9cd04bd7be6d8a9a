"""What the scopes of a program do to names, and which of them become variable scopes."""
