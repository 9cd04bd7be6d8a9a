"""What runs keep for later ones: bytes by key in a database, for the same code, and read without running any."""
