"""Which files one program can hold together, judging by the bytes of their imports."""
