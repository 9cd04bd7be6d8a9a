"""The files of a run seen as one program: what imports join, what names mean, which bodies a call can run."""
