"""What one file says: from its syntax tree to facts."""
