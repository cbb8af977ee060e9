"""A configuration is checked at the door, overrides keep the node they change, the book lists every number."""

from __future__ import annotations

import json

import pytest

from sim import nodes
from sim.errors import InputError
from sim.parameters import RUN_FIELDS, apply, book, check, defaults, known_paths, numbers, settle
from sim.shipped import fresh

FACTOR = "world.needs.renewal_factor"


def refused(mapping) -> str:
    with pytest.raises(InputError) as error:
        check(mapping)
    return "\n".join(error.value.messages)


def node(mapping, path=FACTOR):
    for name in path.split("."):
        mapping = mapping[name]
    return mapping


def test_the_shipped_configuration_is_right(mapping):
    parameters = check(mapping)
    assert (parameters.months, parameters.warmup) == (24, 12)
    assert parameters.world.needs.renewal_factor == node(mapping)["value"]


def test_defaults_are_fresh_copies():
    defaults()["world"].clear()
    assert defaults()["world"]


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (5, "stands bare"),
        (None, "is empty"),
        ({"value": 5}, "has no 'range'"),
        ({"value": 5, "range": [4, 8], "evidence": "A"}, "has no source"),
        ({"value": 5, "range": [4, 8], "evidence": "A", "source": " "}, "has no source"),
        ({"value": 5, "range": [4, 8], "evidence": "B", "source": "x"}, "no evidence label; allowed: C"),
        ({"value": 5, "range": [8, 4], "evidence": "A", "source": "x"}, "upside down; write [4, 8]"),
        ({"value": 5, "range": [4], "evidence": "A", "source": "x"}, "must be two numbers"),
        ({"value": 5, "range": [4, "8"], "evidence": "A", "source": "x"}, "must be two numbers"),
        ({"value": 5, "range": [-4, 8], "evidence": "A", "source": "x"}, "goes below 0"),
        ({"value": 9, "range": [4, 8], "evidence": "A", "source": "x"}, "= 9 lies outside its range [4, 8] (x)"),
        ({"value": float("inf"), "range": [4, 8], "evidence": "A", "source": "x"}, "is not finite"),
        ({"value": "5", "range": [4, 8], "evidence": "A", "source": "x"}, "is text"),
        ({"value": False, "range": [0, 8], "evidence": "A", "source": "x"}, "= false is not a number"),
        ({"value": [5], "range": [4, 8], "evidence": "A", "source": "x"}, "give one number"),
        ({"value": 5, "rnge": [4, 8], "evidence": "A", "source": "x"}, "did you mean 'range'?"),
        ({"value": 5, "range": [4, 8], "evidence": "A", "source": "x", "meaning": 3}, "meaning must be a line of text"),
    ],
)
def test_a_claim_that_is_not_well_formed_is_refused(mapping, claim, says):
    mapping["world"]["needs"]["renewal_factor"] = claim
    assert says in refused(mapping)


def test_a_share_stays_between_0_and_1():
    claim = {"value": 0.5, "range": [0.2, 1.2], "evidence": "A", "source": "x"}
    assert nodes.node_mistakes("world.part.lost_share", claim) == [
        "world.part.lost_share.range = [0.2, 1.2] leaves 0 to 1, and the number is a share"
    ]


def test_missing_sections_and_numbers_are_named(mapping):
    del mapping["world"]["choice"]
    del mapping["world"]["needs"]["renewal_factor"]
    said = refused(mapping)
    assert "world.choice is missing" in said
    assert f"{FACTOR} is missing; add it to configs/world/needs.yaml" in said


def test_a_section_cannot_be_a_number(mapping):
    mapping["record"] = True
    assert "record = True must be a section with zones, reps, ledger, events" in refused(mapping)


def test_a_configuration_must_be_a_mapping():
    assert "the configuration = [] must be a section" in refused([])


def test_every_mistake_is_told_once(mapping):
    mapping |= {"months": 0, "check": "no", "mnths": 3}
    node(mapping)["value"] = 99
    assert len(refused(mapping).splitlines()) == 4


def test_a_bare_override_goes_back_into_its_node(mapping):
    changed = node(apply(mapping, {FACTOR: 7.25}))
    assert changed == {**node(mapping), "value": 7.25}
    assert node(mapping)["value"] != 7.25


def test_a_section_can_be_given_as_a_mapping(mapping):
    changed = apply(mapping, {"world.needs": {"renewal_factor": 7.25}, "telemarketing": {"telemarketers": 3}})
    assert node(changed)["value"] == 7.25
    assert changed["telemarketing"]["telemarketers"] == 3


def test_a_wider_range_needs_its_source(mapping):
    with pytest.raises(InputError, match="give the source of the wider range"):
        apply(mapping, {FACTOR: {"value": 12, "range": [4, 15]}})
    told = apply(mapping, {f"{FACTOR}.value": 12, f"{FACTOR}.range": [4, 15], f"{FACTOR}.source": "our own survey"})
    assert check(told).world.needs.renewal_factor == 12


def test_a_narrower_range_needs_none(mapping):
    assert node(apply(mapping, {f"{FACTOR}.range": [4.5, 6]}))["range"] == [4.5, 6]


def test_unknown_overrides_are_all_told(mapping):
    with pytest.raises(InputError) as error:
        apply(mapping, {"world.needs.renewal_facto": 7, "monts": 3})
    assert len(error.value.messages) == 2


def test_files_that_give_bare_claims_keep_the_node(mapping):
    files = defaults()
    files["world"]["needs"]["renewal_factor"] = 7.25
    settled, mistakes = settle(files, mapping)
    assert node(settled) == {**node(mapping), "value": 7.25}
    assert not mistakes


def test_numbers_hold_what_changes_results_and_nothing_else(mapping):
    plain = numbers(check(mapping))
    watched = numbers(check(apply(mapping, {"check": True, "record.zones": False})))
    assert json.dumps(plain) == json.dumps(watched)
    assert numbers(check(apply(mapping, {"months": 6}))) != plain
    assert numbers(check(apply(mapping, {FACTOR: 7.25}))) != plain


def test_the_book_lists_every_number_once(mapping):
    rows = book(mapping)
    paths = [row.path for row in rows]
    assert len(paths) == len(set(paths))
    assert set(RUN_FIELDS) - {"record"} <= set(paths)
    assert all(row.low <= row.value <= row.high and row.source for row in rows if row.path.startswith("world."))


def test_the_book_gives_decisions_their_bounds(mapping):
    row = next(row for row in book(mapping) if row.path == "telemarketing.telemarketers")
    assert (row.low, row.high, row.evidence) == (0, 1000, "decision")


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("world.needs.renewal_factor", "factor"),
        ("world.needs.search_days.micro", "days"),
        ("world.needs.shopping_rate_per_month", "per month"),
        ("world.calls.service_calls_per_customer_month", "per customer month"),
        ("world.economics.agent_cost_per_month", "currency per month"),
        ("world.signals.visit_recall_share", "share, 0 to 1"),
        ("world.part.name", ""),
    ],
)
def test_the_unit_is_read_at_the_end_of_the_name(path, unit):
    assert nodes.unit(path) == unit


def test_names_are_known_by_their_dotted_path():
    assert {"world.needs.renewal_factor", "months", "record.zones", "events"} <= set(known_paths())


def test_a_fresh_copy_shares_no_mapping_and_no_list():
    tree = {"a": {"b": [1, {"c": 2}]}, "d": "text", "e": None}
    copied = fresh(tree)
    assert copied == tree
    copied["a"]["b"][1]["c"] = 3
    copied["a"]["b"].append(4)
    assert tree == {"a": {"b": [1, {"c": 2}]}, "d": "text", "e": None}
