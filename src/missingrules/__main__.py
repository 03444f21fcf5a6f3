"""Runs the command: ``python -m missingrules``."""

from missingrules.cli import main

if __name__ == "__main__":
    main()
