"""Where the operators stand at the start."""

from __future__ import annotations

import numpy as np

from sim.decisions import Situation
from sim.situation import city_in
from tests.worlds import by_operator, market, middle_city, small_city

SELLERS = {"situation.rival_reps": 2.0, "situation.rival_telemarketers": 2.0}


def test_an_untouched_situation_is_the_city_itself() -> None:
    assert city_in(Situation(), small_city()) is small_city()


def test_rivals_keep_their_proportions_when_the_focal_share_changes() -> None:
    before, after = middle_city().operators, city_in(Situation(focal_share=0.08), middle_city()).operators
    assert after[0].share == 0.08 * sum(spec.share for spec in before)
    assert after[1].share / after[2].share == before[1].share / before[2].share


def test_rivals_sellers_are_in_proportion_to_their_customers() -> None:
    city = middle_city()
    changed = city_in(Situation(rival_reps=4.0, rival_telemarketers=0.0, rival_reaction="losses"), city)
    total = sum(spec.share for spec in city.operators)
    wanted = [round(4.0 * spec.share / total * city.occupied.sum() / 1000) for spec in city.operators[1:]]
    assert [spec.reps for spec in changed.operators] == [0, *wanted] and max(wanted) > 1
    assert {spec.telemarketers for spec in changed.operators} == {0}
    assert [spec.reaction for spec in changed.operators] == ["passive", "losses", "losses", "losses"]
    assert changed.content_hash != city.content_hash


def test_shares_stand_still_though_rivals_sell_from_the_first_day_on() -> None:
    runs = [market(middle_city(), seed, SELLERS, months=12, warmup=12, check=False).run() for seed in range(6)]
    customers = np.mean([by_operator(done, "customers") for done in runs], axis=0)
    drift = customers[-3:].mean(0) / customers[:3].mean(0) - 1.0
    error = np.std([by_operator(done, "customers")[-1] / customers[-1] for done in runs], axis=0) / np.sqrt(5)
    assert runs[0].operators[1].reps and runs[0].operators[1].telemarketers
    assert (np.abs(drift) < 0.06 + 2 * error).all()
