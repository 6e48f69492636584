"""Data files as an audit meets them: read row by row without giving up, written back in kind.

Unlike a reader of seeds, which refuses a broken file at once, these go on as long as there is a
row to be found, and say of what cannot be read where it stood and why.
"""

from evol.audit.formats.opening import open_table
from evol.audit.formats.records import Record, Sink, Table

__all__ = ["Record", "Sink", "Table", "open_table"]
