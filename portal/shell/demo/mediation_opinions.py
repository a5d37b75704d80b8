"""What parties and mediators of the demo's closed cases say: not everybody speaks, and not everybody is content."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from mediation.cases.models.fairness import ANSWERS, QUESTIONS
from portal.kernel import clock

SPEAKS = 0.55  # so many of those who are asked answer
REMARKS = (
    "希望晚上也能安排调解会。",
    "调解员讲得清楚，双方都能接受。",
    "等对方答复的时间有点长。",
    "材料要交两次，能不能只交一次。",
)
STAGES = {"acceptance": ("consent_pending", "rejected", "handling"), "talks": ("signed", "terminated", "answered"),
          "later": ("performed", "breached", "reviewed")}  # fmt: skip
SOUR = ("rejected", "terminated", "breached")


def opinions(
    random: Random, days: Sequence[tuple[str, date]], parties: Sequence[tuple[str, str]], mediator: str
) -> Iterator[tuple[dict[str, Any], str]]:
    """Rows of opinions without case and instant, each with its free text; ``parties``: (side, id)."""
    for step, day in days:
        for stage in (stage for stage, steps in STAGES.items() if step in steps):
            for role, author in [*parties, ("mediator", mediator)] if stage == "talks" else parties:
                on = day + timedelta(days=random.randint(1, 20))
                if random.random() < SPEAKS and on <= clock.today():
                    content = 0.6 if step in SOUR and role != "mediator" else 0.85
                    shares = (content, (1 - content) * 0.7, (1 - content) * 0.3)
                    said = {name: random.choices(ANSWERS, shares)[0] for name in QUESTIONS}
                    remark = random.choice(REMARKS) if role != "mediator" and random.random() < 0.15 else ""
                    yield {"stage": stage, "role": role, "author": author, "on": on, **said}, remark
