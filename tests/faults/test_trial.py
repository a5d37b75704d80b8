"""Five rounds of the trial that kills the portal's processes while clients work; ``make faults`` does two hundred on both databases."""

from tools.faults.trial import POSTGRES, SQLITE, Trial, blows


def test_nothing_acknowledged_is_lost_or_doubled(instance, tmp_path):
    trial = Trial(instance, inspectors=1, estates=8, asked=(1, 5))
    result = trial.run(seed=7, rounds=5, log=tmp_path / "log")
    assert result.wrong == []
    assert result.acknowledged["photo"] >= 1
    assert sum(result.kills.values()) == 5


def test_the_same_seed_strikes_the_same(instance):
    once, again = (blows(3, 40, POSTGRES, (5, 40)) for _time in range(2))
    assert once == again != blows(4, 40, POSTGRES, (5, 40))
    assert {blow.target for blow in once} == set(POSTGRES) > set(SQLITE)
