"""What happens on the market by somebody's decision."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import InputError
from sim.market import Market
from sim.reactions import operators_meant
from tests.worlds import assert_same_tables, by_operator, column, market, middle_city, small_city

CUT = {"month": 1, "operator": "largest", "event": "tariff_change", "price_factor": 0.7}


def with_events(*events: dict, city=None, months: int = 4, **numbers) -> Market:
    """A market in which these events happen."""
    return market(city or small_city(), numbers={"events": list(events), **numbers}, months=months, warmup=1).run()


def test_a_new_tariff_holds_from_its_month_on() -> None:
    done = with_events({"month": 2, "operator": "Rival", "event": "tariff_change", "price_factor": 0.8})
    assert by_operator(done, "price_index")[:, 1] == pytest.approx([1, 1, 1, 0.8, 0.8, 0.8])
    assert by_operator(done, "price_index")[:, 0] == pytest.approx(np.ones(6))


def test_tariffs_may_change_twice() -> None:
    twice = [{"month": m, "operator": "Rival", "event": "tariff_change", "price_factor": 0.9} for m in (1, 3)]
    assert by_operator(with_events(*twice), "price_index")[-1, 1] == pytest.approx(0.81)


def test_running_contracts_keep_their_bill_until_renewal() -> None:
    cut = market(middle_city(), numbers={"events": [CUT]}, months=1, warmup=0)
    served = cut.state.provider == 1
    bills = cut.state.monthly_bill.copy()
    waiting = (cut.state.contract_end > cut.day) & (cut.state.resizing_day > cut.day)
    cut.step()
    untouched = served & waiting & (cut.state.provider == 1)
    assert (cut.state.monthly_bill == bills)[untouched].all()


def test_a_rivals_price_cut_takes_adds_from_the_focal_operator() -> None:
    def adds(*events: dict) -> int:
        runs = (market(middle_city(), seed, {"events": events}, months=10, warmup=0, check=False) for seed in range(4))
        return sum(column(run.run(), "gross_adds").sum() for run in runs)

    passive, cut = adds(), adds(CUT)
    assert cut < 0.9 * passive


def test_the_largest_rival_is_meant_by_its_share() -> None:
    specs = middle_city().operators
    assert [specs[number].name for number in operators_meant(specs, "largest")] == ["Northline"]
    assert operators_meant(specs, "Focal") == [0]
    assert operators_meant(specs, "rivals") == [1, 2, 3]


def test_an_unknown_operator_is_told_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"Rivall.*did you mean 'Rival'"):
        with_events({"month": 1, "operator": "Rivall", "event": "tariff_change"})


def test_advertising_begins_with_the_decision() -> None:
    done = with_events(**{"advertising.budget_factor": 3.0})
    assert column(done, "cost_advertising").tolist() == [0, 1000, 3000, 3000, 3000, 3000]


def test_a_rival_who_stops_advertising_is_forgotten() -> None:
    event = {"month": 1, "operator": "Northline", "event": "advertising", "budget_factor": 0.0}
    done = market(middle_city(), numbers={"events": [event]}, months=8, warmup=0, check=False).run()
    awareness = by_operator(done, "awareness")
    passive = by_operator(market(middle_city(), months=8, warmup=0, check=False).run(), "awareness")
    assert awareness[-1, 1] < 0.9 * passive[-1, 1]
    assert awareness[-1, 2] == pytest.approx(passive[-1, 2], rel=0.02)


def test_nothing_happens_before_the_month_of_an_event() -> None:
    late = with_events({"month": 3, "operator": "Rival", "event": "tariff_change", "price_factor": 0.5})
    assert_same_tables(late, with_events(), until_month=2)


# ---- events that end -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "column_of", "values"),
    [
        ({"event": "tariff_change", "price_factor": 0.8}, "price_factor", [1, 0.8, 0.8, 1]),
        ({"event": "telemarketing", "telemarketers": 3}, "telemarketers", [0, 3, 3, 0]),
        ({"event": "advertising", "budget_factor": 2.0}, "budget_factor", [1, 2, 2, 1]),
        ({"event": "reaction", "reaction": "losses"}, "policy", ["passive", "losses", "losses", "passive"]),
    ],
)
def test_a_campaign_lasts_from_its_first_month_to_the_one_in_which_it_is_over(event, column_of, values) -> None:
    made = market(
        numbers={"events": [{"month": 2, "until_month": 4, "operator": "Rival", **event}]}, months=4, warmup=0
    )
    seen = []
    for month in range(1, 5):
        made.run(month - 1)  # to the morning of the month
        made.step()
        seen.append(getattr(made.operators[1], column_of))
    assert seen == values


def test_what_would_have_begun_before_the_history_does_not_end_either() -> None:
    past = {"month": -20, "until_month": 2, "operator": "Rival", "event": "tariff_change", "price_factor": 0.5}
    assert_same_tables(with_events(past), with_events())


def test_an_event_that_ends_before_it_begins_or_cannot_end_is_refused() -> None:
    early = {"month": 3, "until_month": 3, "operator": "Rival", "event": "telemarketing", "telemarketers": 2}
    network = {"month": 1, "until_month": 4, "operator": "Rival", "event": "network_built"}
    with pytest.raises(InputError) as refused:
        with_events(early, network)
    assert "events[0].until_month = 3" in str(refused.value) and "such as 4" in str(refused.value)
    assert "a network once built stays" in str(refused.value)
