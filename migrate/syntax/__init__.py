"""What every codemod needs to know of Python code, found with the standard library's `ast`."""
