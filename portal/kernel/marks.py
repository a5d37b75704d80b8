"""Small notes beside the work: written at once, or not at all.

For progress and "last seen", which must never make anybody wait.
"""

from sqlalchemy import Executable
from sqlalchemy.exc import OperationalError

from portal.kernel.db import engine


def at_once(statement: Executable) -> bool:
    """Run one small write in a transaction of its own; false when somebody else holds what it needs."""
    with engine().connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        impatient = "PRAGMA busy_timeout=50" if on_sqlite else "SET LOCAL lock_timeout = '200ms'"
        try:
            with connection.begin():
                connection.exec_driver_sql(impatient)
                connection.execute(statement)
            return True
        except OperationalError:
            return False
        finally:
            if on_sqlite:  # the connection goes back to the pool with its usual patience
                connection.exec_driver_sql("PRAGMA busy_timeout=30000")
