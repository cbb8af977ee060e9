"""Lines and usage: the committed numbers are the fit on even customers, and they describe the odd ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from experiments.fits import CUT, EVEN, ODD, SEGMENTS, customers, fit_bills
from sim.bills import draw_usage
from sim.city import SIZES, load_city
from sim.draws import Streams
from sim.world import Bills

NODES = yaml.safe_load((Path(__file__).parents[2] / "configs" / "world" / "bills.yaml").read_text("utf-8"))


def values(node: dict[str, Any]) -> Any:
    """The bare numbers of the nodes."""
    return node["value"] if "value" in node else {name: values(inner) for name, inner in node.items()}


P = Bills(**{name: values(node) for name, node in NODES.items()})


@cache
def even_fit() -> dict[str, dict[str, float]]:
    """The fit of `python -m experiments.fits`."""
    return fit_bills(EVEN)


@pytest.mark.parametrize("name", ["lines_median", "lines_log_sd", "usage_log_sd", "lines_usage_correlation"])
@pytest.mark.parametrize("size", SIZES)
def test_the_committed_numbers_are_the_fit_on_even_customers(size: str, name: str) -> None:
    committed = getattr(getattr(P, name), size)
    assert float(f"{even_fit()[size][name]:.3g}") == pytest.approx(committed)


def sample(size: int, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Many businesses of one class, with the spread of employees that the class has."""
    luck = Streams(5)("bills")
    address = np.arange(n, dtype=np.uint64)
    employees = np.exp(
        np.log(P.employees_typical.model_dump()[SIZES[size]])
        + P.employees_log_sd.model_dump()[SIZES[size]] * np.random.default_rng(1).standard_normal(n)
    )
    return draw_usage(employees, np.full(n, size), address, luck, P)


@pytest.mark.parametrize(("size", "off"), [("micro", 0.12), ("small", 0.2)])
def test_they_describe_the_odd_customers(size: str, off: float) -> None:
    lines, usage = sample(SIZES.index(size))
    bill = usage * even_fit()[size]["bill_median"]
    seen = bill < CUT  # the source leaves out the others
    odd_lines, odd_bill = customers(SEGMENTS[size], ODD)
    for quantile in (0.1, 0.25, 0.5, 0.75, 0.9):
        assert np.quantile(bill[seen], quantile) == pytest.approx(np.exp(np.quantile(odd_bill, quantile)), rel=off)
        drawn, real = np.quantile(lines[seen], quantile), np.exp(np.quantile(odd_lines, quantile))
        assert abs(drawn - real) <= max(1.0, off * real)
    drawn = np.corrcoef(np.log(lines[seen]), np.log(bill[seen]))[0, 1]
    assert drawn == pytest.approx(np.corrcoef(odd_lines, odd_bill)[0, 1], abs=0.08)


def test_the_median_factor_of_a_class_is_one() -> None:
    for size in range(4):
        assert np.median(sample(size)[1]) == pytest.approx(1.0, rel=0.02)


def test_usage_and_lines_grow_with_employees() -> None:
    address = np.zeros(2, np.uint64)
    lines, usage = draw_usage(np.array([10, 40]), np.array([1, 1]), address, Streams(1)("bills"), P)
    assert usage[1] / usage[0] == pytest.approx(4**P.employees_elasticity)
    assert lines[1] > lines[0] >= 1


def test_others_change_nobodys_bill() -> None:
    luck, address = Streams(1)("bills"), np.arange(10, dtype=np.uint64)
    whole = draw_usage(np.full(10, 5), np.zeros(10, int), address, luck, P)
    part = draw_usage(np.full(3, 5), np.zeros(3, int), address[4:7], luck, P)
    assert (whole[1][4:7] == part[1]).all()
    assert (whole[0][4:7] == part[0]).all()


# Recommended monthly bills (zloty) and the exchange rate of some 2.65 zloty for an Australian dollar: assumptions both.
ZLOTY = {"micro": (90, 180), "small": (250, 450), "medium": (900, 2000), "large": (3000, 8000)}
ZLOTY_PER_AUD = 2.65


def test_mean_bills_have_the_order_of_magnitude_of_the_domain() -> None:
    city = load_city("melbourne")
    rows = np.flatnonzero(city.occupied)
    _, usage = draw_usage(city.employees[rows], city.size_class[rows], city.id_hash[rows], Streams(1)("bills"), P)
    bill = usage * city.operators[0].tariff[city.size_class[rows], city.premises_type[rows]]
    for size, (low, high) in ZLOTY.items():
        mean = bill[city.size_class[rows] == SIZES.index(size)].mean()
        assert low <= mean <= high  # the same figure in dollars
        assert low <= mean * ZLOTY_PER_AUD <= 2.5 * high  # and converted: a dearer country
