"""The command line. `main` is the entry point; heavy imports happen inside the commands, so that `--help` is instant.

app        the commands by name, and what becomes of errors
options    the options that several commands share
session    from options to something that answers: the data folder, or a server through `palate.client`
files      rows of files on their way in, and the report of what became of them
output     tables, progress bars and JSON
"""

from service.cli.app import main

__all__ = ["main"]
