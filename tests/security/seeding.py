"""Telltales for every free field and file of a portal: what a public answer must never hold.

The list of fields comes from the models: each unbounded text column whose class is not public, so a new column is seeded
by itself. Left alone are keys and what only the portal itself writes (``WRITTEN_BY_THE_PORTAL``). JSON is seeded in its
Chinese strings. Sealed values are seeded where they are opened. Files get a telltale behind their last byte, except the
copies that were released.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Column, String, Table, UniqueConstraint

from portal.kernel import keys
from portal.kernel.classes import Audience
from portal.kernel.db import Base
from portal.kernel.files import LocalFileStore
from portal.shell import wiring
from tests.databases import Place

NAME, NUMBER, PHONE, PLATE = "冼密密", "440306199003070017", "13987654321", "粤B9Z8Y7"
TELLTALES = (NAME, NUMBER, PHONE, PLATE)
FILE_MARK = b"a telltale behind the last byte"
SEED = " ".join(("", *TELLTALES))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Columns that hold a login, a digest, a reference, a code of the program or a sealed value, by the end of their name.
WRITTEN_BY_THE_PORTAL = re.compile(
    r"(^|_)(actor|action|subject|sha256|hash|hash_key|thumbnail|key_id|media_type|endpoint|kind|status|stage|job|signature|"
    r"inspector|uploaded_by|filed_by|raised_by|decided_by|created_by|published_by|claimed_by|sealed|sealed_under|boxes|"
    r"wrapped|item_code|estate_code|act_id|source_key|person|target|old|new)$"
)
# A template of the program with places for values, papers of a rule set, numbers that documents are given: no person types them.
PROGRAM_TEXTS = {
    ("notice", "text"),
    ("list_step", "document"),
    ("list_case", "conditions"),
    ("prepared_rating", "figures"),
}
PUBLIC_FILES = {("opened_entry", "file_sha256")}  # files that are handed in as what the public may read
SEALED = {
    ("affiliation", "evidence"), ("credit_commitment", "signer"), ("repair_paper", "signed_by"), ("digest_choice", "email"),
    ("adverse_point", "contact"),
}  # fmt: skip
# What an enterprise wrote and an officer let stand beside its result is public; everything else it wrote is not.
UNLESS = {("reply_step", "text"): "reply_id NOT IN (SELECT reply_id FROM reply_step WHERE step = 'accepted')"}


def free_fields() -> Iterator[tuple[Table, Column[Any]]]:
    """Every text column that somebody outside the public may read and a person may fill."""
    wiring.features()
    for table in Base.metadata.sorted_tables:
        unique = {
            column.name
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
            for column in constraint
        }
        for column in table.columns:
            bounded = not isinstance(column.type, String) or column.type.length is not None
            if bounded or column.info["audience"] == Audience.PUBLIC or column.primary_key or column.foreign_keys:
                continue
            here = (table.name, column.name)
            if (
                column.name not in unique
                and not WRITTEN_BY_THE_PORTAL.search(column.name)
                and here not in PROGRAM_TEXTS
            ):
                yield table, column


def seeded(value: str | None) -> str:
    """The value with the telltales in it: in the Chinese strings of JSON, else at the end."""
    if value and value[0] in "[{":
        try:
            return json.dumps(_inside(json.loads(value)), ensure_ascii=False)
        except ValueError:
            pass
    return (value or "") + SEED


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _inside(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_inside(one) for one in value]
    return value + SEED if isinstance(value, str) and CHINESE.search(value) else value


def seed_fields(place: Place) -> dict[str, int]:
    """Write the telltales past every guard; rows by field."""
    done = {}
    with closing(sqlite3.connect(place.instance / "portal.db")) as connection:
        connection.create_function("seeded", 1, seeded, deterministic=True)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for table, column in free_fields():
            where = UNLESS.get((table.name, column.name), "1")
            if (table.name, column.name) not in SEALED:
                query = f'UPDATE "{table.name}" SET "{column.name}" = seeded("{column.name}") WHERE {where}'
                done[f"{table.name}.{column.name}"] = connection.execute(query).rowcount
        connection.commit()
    return done


def seed_sealed(patch: pytest.MonkeyPatch) -> None:
    """Whatever is unsealed carries the telltales; a signed receipt is left as it was signed."""

    def opened(real: Any, db: Any, subject: str, token: str) -> str | None:
        text = real(db, subject, token)
        return text if text is None or subject.startswith("receipts:") else seeded(text)

    def opened_all(real: Any, db: Any, wanted: Any) -> dict[str, list[str | None]]:
        return {subject: [text and seeded(text) for text in texts] for subject, texts in real(db, wanted).items()}

    patch.setattr(keys, "unseal", partial(opened, keys.unseal))
    patch.setattr(keys, "unseal_many", partial(opened_all, keys.unseal_many))


def seed_files(place: Place) -> int:
    """Mark every stored file that is not a released copy; how many there are."""
    public = set()
    store = LocalFileStore(place.instance / "files")
    with closing(sqlite3.connect(place.instance / "portal.db")) as connection:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if column.name == "public_sha256" or (table.name, column.name) in PUBLIC_FILES:
                    public |= {row[0] for row in connection.execute(f'SELECT "{column.name}" FROM "{table.name}"')}
    marked = 0
    for path in store.folder.rglob("*"):
        if path.is_file() and path.name not in public:
            with path.open("ab") as file:
                file.write(FILE_MARK)
            marked += 1
    return marked
