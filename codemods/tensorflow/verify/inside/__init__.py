"""The half of the verifier that runs inside the user's interpreter: Python 3.6 or later, TensorFlow 1.15 or 2.x.

Nothing here imports the rest of the project: `__main__.py` loads this directory under a private name in whatever
interpreter it is given, so the project need not be installed there.
"""
