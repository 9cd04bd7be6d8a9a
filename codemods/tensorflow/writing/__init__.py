"""How a new call is written, and what of the old one it keeps."""
