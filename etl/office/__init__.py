"""What people at the hall write themselves (how a signal was handled, an appeal, a correction) and the trail of who did what.

It is a small SQLite file of its own, `HALL_HOME/office.sqlite3`: loaded records and snapshots are never written to from a page.
"""

from etl.office.audit import AuditEntry, append, entries, verify
from etl.office.database import Office, existing_office, open_office

__all__ = ["AuditEntry", "Office", "append", "entries", "existing_office", "open_office", "verify"]
