"""A backup restored for proof, in a process of its own whose settings point at a scratch place: ``python -m portal.operations.proving
FILE`` exits 0 when everything came back and the audit log verifies, else 1 with the reason on standard error."""

import sys
from pathlib import Path

from portal.kernel import audit
from portal.kernel.db import reading
from portal.kernel.errors import DomainError
from portal.operations.restoring import restore


def prove(path: Path) -> str:
    """What is wrong with the restored portal; empty when nothing is."""
    done = restore(path)
    with reading() as db:
        _count, found = audit.verify(db)
    if found:
        return f"audit_log row {found.seq}: {found.message}"
    return "damaged files" if done.backup.damaged else ""


if __name__ == "__main__":
    try:
        wrong = prove(Path(sys.argv[1]))
    except DomainError as error:
        wrong = str(error)
    sys.exit(wrong or 0)
