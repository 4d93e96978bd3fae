"""The command line: one file per verb. Each imports what it needs when it runs, so that `shoal --help` is quick."""

from shoal.cli.run import main, run

__all__ = ["main", "run"]
