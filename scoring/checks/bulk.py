"""Write rows by the hundred thousand."""

from portal.kernel.bulk import insert_rows as insert_rows
