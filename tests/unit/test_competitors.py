"""How rivals notice their losses, and how they answer."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cityoperators import REACTIONS as NAMES
from sim.competitors import PRICE, REACTIONS, Watch, alarm, people_for
from sim.market import Market
from sim.state import FIELD, INBOUND, TELEMARKETING
from tests.worlds import assert_same_tables, by_operator, events, market, middle_city, shipped

P = shipped().world.reactions
EXACT = P.model_copy(update={"loss_noise_log_sd": 0.0})


def watched(months: list[tuple[int, int, int]], customers: int = 1000) -> Watch:
    """A watch over one operator: losses to inbound, field and telemarketing sellers, month by month."""
    watch = Watch()
    for lost in months:
        watch.close_month(np.array([[0, 0, 0], lost]), np.array([0, customers]))
    return watch


def test_every_reaction_that_a_city_may_name_exists() -> None:
    assert tuple(REACTIONS) == NAMES


def test_usual_losses_alarm_nobody() -> None:
    assert alarm(watched([(30, 0, 0)] * 15), 1, 1, 0.0, EXACT) is None


def test_losses_to_the_field_are_noticed_as_such() -> None:
    assert alarm(watched([(30, 0, 0)] * 12 + [(30, 15, 0)] * 3), 1, 1, 0.0, EXACT) == FIELD
    assert alarm(watched([(30, 0, 9)] * 12 + [(30, 2, 24)] * 3), 1, 1, 0.0, EXACT) == TELEMARKETING
    assert alarm(watched([(30, 5, 0)] * 12 + [(45, 5, 0)] * 3), 1, 1, 0.0, EXACT) == INBOUND


def test_a_quarter_is_known_only_after_its_lag() -> None:
    sudden = watched([(30, 0, 0)] * 12 + [(30, 40, 0)])
    assert alarm(sudden, 1, 1, 0.0, EXACT) == FIELD
    assert alarm(sudden, 1, 2, 0.0, EXACT) is None


def test_a_quarter_more_is_not_enough_where_losses_are_few() -> None:
    assert alarm(watched([(3, 0, 0)] * 12 + [(3, 1, 0)] * 3), 1, 1, 0.0, EXACT) is None  # 12 against 9, error 3


def test_losses_are_judged_by_the_customers_there_were() -> None:
    grown = watched([(30, 0, 0)] * 12)
    for _ in range(3):
        grown.close_month(np.array([[0, 0, 0], [45, 0, 0]]), np.array([0, 1500]))
    assert alarm(grown, 1, 1, 0.0, EXACT) is None


def test_nothing_is_unusual_before_anything_is_known() -> None:
    assert alarm(watched([(30, 90, 0)] * 5), 1, 1, 0.0, EXACT) is None


def test_teams_are_in_proportion_to_customers_and_take_months_to_build() -> None:
    class Rival:
        customers = 4000

    team, calls = people_for(Rival(), FIELD, 7, P), people_for(Rival(), TELEMARKETING, 7, P)
    assert (team.people, team.first_month, team.until_month) == (4, 9, 21)
    assert (calls.people, calls.first_month, calls.until_month) == (4, 7, 19)


# ---- in a market ---------------------------------------------------------------------------------------------------

WATCHFUL = {"month": -3, "operator": "rivals", "event": "reaction", "reaction": "losses"}
QUICK = {
    "world.reactions.answer_chance_per_quarter": 1.0,
    "world.reactions.lag_months_max": 1,
    "world.reactions.normal_months": 8,
    "world.reactions.loss_factor": 1.05,
    "world.reactions.loss_sigmas": 0.0,
    "world.reactions.loss_noise_log_sd": 0.0,
}
ATTACK = {"telemarketing.telemarketers": 8, "telemarketing.from_month": 2}


def run(numbers: dict, months: int = 10, warmup: int = 8) -> Market:
    """A run of the middle city with events."""
    return market(middle_city(), 3, {"record.events": True, **numbers}, months=months, warmup=warmup, check=False).run()


def test_a_campaign_is_answered_with_the_telephone_and_the_answer_ends() -> None:
    price_free = {"world.reactions.price_only_share": 0.0, "world.reactions.price_too_share": 0.0}
    short = {"world.reactions.campaign_months": 3}
    done = run({"events": [WATCHFUL], **QUICK, **ATTACK, **price_free, **short})
    answers = events(done, "reaction")
    told = answers["value"] > 0
    assert "telemarketing" in answers["channel"][told]
    assert "Focal" not in answers["operator"]
    people = by_operator(done, "telemarketers")[:, 1:]
    assert people.max() > 0 and people[:9].max() == 0
    assert people.max(axis=0)[people[-1] == 0].size


def test_answers_by_price_alone_cut_within_their_bounds() -> None:
    done = run({"events": [WATCHFUL], **QUICK, **ATTACK, "world.reactions.price_only_share": 1.0})
    cuts = events(done, "reaction")
    told = ~np.isnan(cuts["value"])
    assert told.sum() > 0
    assert np.all((cuts["value"][told] >= 0.85) & (cuts["value"][told] <= 0.95))
    assert set(cuts["channel"][told]) == {""}
    assert by_operator(done, "price_index")[-1, 1:].min() < by_operator(done, "price_index")[0, 1:].min()


def test_nobody_answers_who_is_passive_and_the_run_is_the_same() -> None:
    same = {"world.reactions.answer_chance_per_quarter": 0.0}
    watching, quiet = run({"events": [WATCHFUL], **ATTACK, **same}), run(ATTACK)
    tables = [{k: v for k, v in done.tables().items() if k != "events"} for done in (watching, quiet)]
    for name, table in tables[0].items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, tables[1][name][column])


def test_a_price_war_feeds_on_itself_down_to_the_floor() -> None:
    cut = {"month": 1, "operator": "largest", "event": "tariff_change", "price_factor": 0.9}
    war = {"month": 1, "operator": "rivals", "event": "reaction", "reaction": "price_war"}
    peace = by_operator(run({"events": [cut]}, months=24, warmup=1), "price_index")
    fought = by_operator(run({"events": [cut, war]}, months=24, warmup=1), "price_index")
    relative = fought / fought[0]
    assert (relative[-1, 1:] < 0.9).all() and relative.min() == pytest.approx(0.75)
    assert relative[-1, 0] == 1.0
    assert (peace[-1, 2:] == peace[0, 2:]).all()


def test_a_price_war_needs_a_first_shot() -> None:
    war = {"month": 1, "operator": "rivals", "event": "reaction", "reaction": "price_war"}
    done = run({"events": [war]}, months=7, warmup=1)
    assert (by_operator(done, "price_index") == by_operator(done, "price_index")[0]).all()


def test_retention_calls_learn_of_more_notices_while_they_last() -> None:
    made = market(middle_city(), months=6, warmup=0, check=False)
    rival, usual = made.operators[1], made.scene.signing.notice_share[1]
    rival.plans.append(people_for(rival, INBOUND, 2, P.model_copy(update={"campaign_months": 2})))
    seen = []
    for _ in range(6):
        made.run(len(seen) + 1)
        seen.append(made.scene.signing.notice_share[1] / usual)
    assert seen == pytest.approx([1, 1.5, 1.5, 1, 1, 1])


def test_price_is_no_channel() -> None:
    assert PRICE not in (INBOUND, FIELD, TELEMARKETING)


def test_two_runs_with_answers_are_the_same() -> None:
    numbers = {"events": [WATCHFUL], **QUICK, **ATTACK}
    assert_same_tables(run(numbers, months=6), run(numbers, months=6))
