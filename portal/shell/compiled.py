"""Templates are compiled once for an installation, not by each process anew: a page seen first after a start waits for none."""

import logging
from pathlib import Path
from pickle import UnpicklingError

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

logger = logging.getLogger(__name__)


class CompiledTemplates(FileSystemBytecodeCache):
    """Kept in a folder that its owner alone may read; whoever could write code there could write the portal itself.

    A folder that cannot be written is no error: then each process compiles for itself.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            logger.warning("compiled templates are not kept: %s", error)
        super().__init__(str(folder))

    def get_source_checksum(self, source: str) -> str:
        """Another version of the compiler makes other code of the same source."""
        return super().get_source_checksum(f"{jinja2.__version__}\n{source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read it; what cannot be read is compiled anew."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it if possible."""
        try:
            super().dump_bytecode(bucket)
        except OSError as error:
            logger.info("a compiled template is not kept: %s", error)
