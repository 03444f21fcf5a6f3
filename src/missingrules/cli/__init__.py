"""The command ``missingrules``: its way in, and a module for each larger command."""

from missingrules.cli.app import main

__all__ = ["main"]
