"""What processes left that were killed while a file came in, or a backup was written or proven: nobody's, and cleared after a day."""

import shutil
from datetime import timedelta
from pathlib import Path

from portal.kernel import clock
from portal.kernel.files import local_store

KEPT = timedelta(days=1)  # longer than any upload or proof takes
SCRATCH = ".proof-"  # a folder with a restored portal
_DRAFT = ".portal-*.backup.*.draft"


def clear(backups: Path) -> int:
    """Remove what is older than a day; says how many there were."""
    before = clock.now() - KEPT
    left = [*backups.glob(f"{SCRATCH}*"), *backups.glob(_DRAFT)]
    old = [path for path in left if path.stat().st_mtime < before.timestamp()]
    for path in old:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return local_store().clear_drafts(before) + len(old)
