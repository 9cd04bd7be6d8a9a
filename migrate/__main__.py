"""`python -m migrate`: the command line, by whichever interpreter is named."""

from migrate.cli import main

if __name__ == "__main__":
    main()
