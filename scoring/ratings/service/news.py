"""What enterprises hear of a publication, at once and in the portal. Texts are msgids: each reader sees the own language.

The hold does not wait for anybody to read this: where an enterprise has no user, the notice page announces the date.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from portal.kernel import clock
from portal.kernel.i18n import _, using
from portal.notices import api as notices
from scoring.ratings.models import Release

PAGE = "replies.results"


def tell(db: Session, release: Release, first: Iterable[str | None], corrected: Iterable[str | None], on: date) -> None:
    """Tell the enterprises of a release's rows: new results, or (for those with none) corrected ones."""
    new = {uscc for uscc in first if uscc}
    params = {"period": release.period, "day": release.public_from.isoformat()}
    with using("zh"):
        held = _("%(period)s结果已出，将于%(day)s公布。公布前可以逐项说明情况或者提出异议。")
        public = _("%(period)s结果已公布，可以逐项说明情况或者提出异议。")
        mended = _("%(period)s结果有更正，请查看。")
    text = held if release.public_from > clock.today() else public
    told = [(uscc, text) for uscc in sorted(new)]
    told += [(uscc, mended) for uscc in sorted({uscc for uscc in corrected if uscc} - new)]
    news = [notices.NewNotice(notices.To(uscc=uscc), words, PAGE, params) for uscc, words in told]
    notices.inform_many(db, news, on)
