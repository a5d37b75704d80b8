"""Which company served an estate on a day, of many estates and days: contracts are read once."""

from datetime import date

from sqlalchemy.orm import Session

from portal.registry import api as registry


class Serving:
    """Contracts by estate, and the names of companies."""

    def __init__(self, db: Session) -> None:
        self._contracts: dict[str, list[tuple[date, date | None, str]]] = {}
        frame = registry.contracts_frame(db)
        for row in frame.itertuples(index=False):
            ends = row.ends_on if isinstance(row.ends_on, date) else None
            self._contracts.setdefault(row.estate_code, []).append((row.starts_on, ends, row.uscc))
        self._names = registry.enterprise_names(db)

    def at(self, estate: str, day: date) -> tuple[str | None, str]:
        """The company (code and name) that served on a day; (None, "") when nobody did."""
        for begins, ends, uscc in self._contracts.get(estate, ()):
            if begins <= day and (ends is None or day <= ends):
                return uscc, self._names.get(uscc, uscc)
        return None, ""

    def estates_of(self, uscc: str, day: date) -> list[str]:
        """Estates that a company serves on a day."""
        return sorted(estate for estate in self._contracts if self.at(estate, day)[0] == uscc)
