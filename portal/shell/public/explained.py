"""What stands about an estate in plain sentences for programs: the sentences of the pages, with basis, day and page."""

from sqlalchemy.orm import Session

from portal.shell.public import fields
from portal.shell.public.estate import Dossier
from scoring.lists import api as lists
from scoring.ratings import api as ratings


def explanation(db: Session, found: Dossier) -> list[fields.Row]:
    """The last quarter, the last rated year and every list entry in force, each said in sentences."""
    said = []
    if found.last is not None:
        made = ratings.quarter_explained(db, found.last.quarter, found.last.estate_code)
        said.append(ratings.quarter_said(made))
    if found.rating is not None:
        said.append(ratings.rating_said(ratings.rating_explained(db, int(found.rating.year), found.rating.estate_code)))
    return [one.row() for one in [*said, *map(lists.said, found.entries)]]
