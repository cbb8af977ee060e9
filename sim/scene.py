"""The scene of a day: what every step may read of the market besides the state, in the form that the kernels take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.awareness import Fading, fading
from sim.choice import Appeal
from sim.held import SCENE, hold_scene
from sim.opening import term_mix
from sim.standstill import Standstill
from sim.workdays import Workdays
from sim.world import Needs, World

Array = np.ndarray[Any, Any]


NO_LIMIT = 2**62  # talks of a day where nobody counts the staff


class Links(NamedTuple):
    """Peer ties as rows of neighbours."""

    indptr: Array
    indices: Array


class Urge(NamedTuple):
    """What makes a business look for an offer, per working day, and how it searches."""

    rate_per_day: float
    window_days: int
    renewal_factor: float
    no_provider_factor: float
    unsettled_factor: float
    dissatisfaction_slope: float
    search_days: Array  # (4,) by size class
    calls_max: int
    shortlist_logit: float
    lost_caller_rival_share: float
    rest_days: int  # for which whoever has decided to stay listens to no seller
    skill_logit: float
    inbound_logit: float
    recall_share: float


class Terms(NamedTuple):
    """How long new contracts run."""

    months: Array  # (3,) uint8: 24, 12 and 0 for none
    until: Array  # (3,) cumulated chances at signing
    days: Array  # (3,) working days; a contract without a term is looked at once a year


class Signing(NamedTuple):
    """What comes of a decision: holding back, and the particulars of an order."""

    notice_share: Array  # (o,) share of leaving customers of whom their operator learns in time
    talks_left: Array  # (o,) int64, notices for which there is time today
    credit_logit: float
    held_days: int  # working days of the twelve months that a credit buys
    permission_days: Array  # (4,) by premises
    promise_days: int
    job_days: float
    job_sd: float  # of the logarithm
    refused_share: float
    days_per_month: float
    fee_share: float


class Talks(NamedTuple):
    """How many service calls come, how long calls last, how long callers wait, and what a consultation leaves."""

    service_calls_per_customer_day: float
    service_level_log_sd: float
    slot_level_log_sd: float
    sales_minutes: float
    service_minutes: float
    log_sd: float
    patience_minutes: float
    redial_share: float
    redial_minutes: float
    skill_logit: float
    haste_occupancy_share: float
    haste_logit: float
    inbound_logit: float
    recall_share: float


class Gossip(NamedTuple):
    """How news travels along peer ties, and what it does to a mind."""

    telling: float
    complaining: float
    noticing: float
    word: float
    van: float
    good: float
    bad_factor: float
    wakes: float
    further: float
    defects: float
    most: float
    threshold: Array  # (4,) customers among the peers, by size class


class Upkeep(NamedTuple):
    """What happens to customers between contracts, and how orders wait, per working day."""

    unsettled_days: int  # for which whatever unsettles a business does so
    fault_satisfaction: float
    late_satisfaction_per_week: float
    resizing_factor: float
    resizing_rate: float
    negotiating: Array  # (4,) share of renewals by size class
    cancelling_after_days: float  # until then nobody cancels an order
    cancelling_chance: float
    late_cancelling_factor: float
    vain_trip_days: float  # of a crew, lost by one
    vain_trip_delay_days: int  # until the crew comes again


@dataclass
class Scene:
    """Everything that holds for all businesses on one day; `presence`, `answered`, `network`,
    `media`, `signing.notice_share`, `signing.talks_left`, `appeal.price` and `appeal.attention` change in place.

    `held` is all of it for kernels, in one argument.
    """

    world: World
    calendar: Workdays
    fading: Fading
    urge: Urge
    appeal: Appeal
    presence: Array  # (o,) ambient stock of the brands
    presence_at_rest: Array  # (o,) the stock that today's budgets keep up
    presence_fading: float  # share of the stock that fades in a day
    media: Array  # (o,) stock that spending by medium keeps up beside today's budgets
    answered: Array  # (o,) chance that a rival's line is answered this month
    discovery: Array  # (o,) chance to be found by a searching business that did not think of the name
    network: Array  # (o, zones) bool
    peers: Links
    terms: Terms
    talks: Talks
    gossip: Gossip
    signing: Signing
    upkeep: Upkeep
    fault_rates: Array  # (o + 2,) per working day by provider; the last two: vacant and none, by the mean
    zones: int

    def __post_init__(self) -> None:
        self.held = hold_scene(tuple(getattr(self, name) for name in SCENE))

    @property
    def operators(self) -> int:
        """Number of operators."""
        return len(self.presence)


def prices(operators: Any) -> Array:
    """Tariffs (o, 4, 4) at their price level."""
    return np.array([spec.tariff * spec.price_index for spec in operators], np.float64)


def make_scene(
    city: Any,
    world: World,
    calendar: Workdays,
    still: Standstill,
    answered: Array,
    peers: Links,
    buyout_share: float = 0.0,
) -> Scene:
    """The scene of the first day."""
    operators = city.operators
    share = np.array([spec.share for spec in operators], np.float64)
    appeal = appeal_of(operators, world, calendar, still, buyout_share)
    return Scene(
        world=world,
        calendar=calendar,
        fading=fading(world.signals, world.installation.satisfaction_recovery_per_month, calendar),
        urge=urge_of(world, calendar),
        appeal=appeal,
        presence=still.presence.copy(),
        presence_at_rest=still.presence,
        presence_fading=float(1.0 - np.exp(-calendar.daily_fading(world.signals.advertising_fading_per_month))),
        media=np.zeros(len(operators)),
        answered=answered,
        discovery=found_by_chance(world.needs, share),
        network=np.ascontiguousarray(np.array([spec.network for spec in operators], bool)),
        peers=peers,
        terms=terms_of(world, calendar),
        talks=talks_of(world, calendar),
        gossip=gossip_of(world),
        signing=signing_of(world, calendar, len(operators)),
        upkeep=upkeep_of(world, calendar),
        fault_rates=fault_rates_of(world, calendar, appeal.quality),
        zones=len(city.zone_id),
    )


def appeal_of(operators: Any, world: World, calendar: Workdays, still: Standstill, buyout_share: float) -> Appeal:
    """What operators offer on the first day, and how much each thing counts."""
    choice, share = world.choice, np.array([spec.share for spec in operators], np.float64)
    price, quality = prices(operators), np.array([spec.quality for spec in operators], np.float64)
    return Appeal(
        price=price,
        usual_price=np.tensordot(share / share.sum(), price, 1),
        brand=still.brand,
        quality=quality - share @ quality / share.sum(),
        address=np.array([spec.address for spec in operators], np.uint64),
        price_logit=choice.price_elasticity_logit,
        attention=np.ones(1),
        quality_logit=choice.quality_logit,
        persuasion_logit=choice.persuasion_logit,
        peers_logit=choice.peers_logit,
        satisfaction_logit=choice.satisfaction_logit,
        fee_logit_per_day=choice.exit_fee_logit_per_month / calendar.per_month,
        no_provider_logit=choice.no_provider_logit,
        similarity=choice.nest_similarity,
        inertia_logit=by_class(choice.inertia_logit),
        buyout_share=float(buyout_share),
    )


def urge_of(world: World, calendar: Workdays) -> Urge:
    """What makes a business look for an offer, per working day."""
    needs, calls = world.needs, world.calls
    return Urge(
        rate_per_day=calendar.daily(needs.shopping_rate_per_month),
        window_days=calendar.span(needs.renewal_window_months),
        renewal_factor=needs.renewal_factor,
        no_provider_factor=needs.no_provider_factor,
        unsettled_factor=needs.unsettled_factor,
        dissatisfaction_slope=needs.dissatisfaction_slope,
        search_days=by_class(needs.search_days),
        calls_max=int(needs.calls_max),
        shortlist_logit=needs.shortlist_logit,
        lost_caller_rival_share=calls.lost_caller_rival_share,
        rest_days=calendar.span(needs.rest_months),
        skill_logit=calls.agent_skill_logit,
        inbound_logit=world.choice.inbound_logit,
        recall_share=world.signals.phone_recall_share,
    )


def upkeep_of(world: World, calendar: Workdays) -> Upkeep:
    """Faults, growth, late dates and patience as the kernels take them."""
    p = world.installation
    return Upkeep(
        unsettled_days=round(world.needs.unsettled_days),
        fault_satisfaction=float(p.fault_satisfaction),
        late_satisfaction_per_week=float(p.late_satisfaction_per_week),
        resizing_factor=float(world.demography.resizing_factor),
        resizing_rate=calendar.daily(world.demography.resizing_rate_per_month),
        negotiating=by_class(world.terms.negotiating_share),
        cancelling_after_days=float(p.cancelling_after_days),
        cancelling_chance=float(p.cancelling_per_day),
        late_cancelling_factor=float(p.late_cancelling_factor),
        vain_trip_days=float(p.vain_trip_days),
        vain_trip_delay_days=round(p.vain_trip_delay_days),
    )


def found_by_chance(p: Needs, share: Array) -> Array:
    """Chance that a searching business comes across an operator: in proportion to its share up to an average one's."""
    return p.discovery_share * np.minimum(len(share) * share / share.sum(), 1.0)


def terms_of(world: World, calendar: Workdays) -> Terms:
    """The mix of terms at signing for which contracts in force have the stated shares."""
    months, until = term_mix(world.terms)
    return Terms(months, until, np.array([calendar.span(24), calendar.span(12), calendar.span(12)]))


def talks_of(world: World, calendar: Workdays) -> Talks:
    """The telephone's numbers per working day."""
    p = world.calls
    return Talks(
        p.service_calls_per_customer_month / calendar.per_month,
        float(np.sqrt(np.log1p(p.service_dispersion_share**2))),
        float(np.sqrt(np.log1p(p.hourly_dispersion_share**2))),
        float(p.sales_handling_minutes),
        float(p.service_handling_minutes),
        float(np.sqrt(np.log1p(p.handling_cv**2))),
        float(p.patience_minutes),
        float(p.redial_share),
        float(p.redial_minutes),
        float(p.agent_skill_logit),
        float(p.haste_occupancy_share),
        float(p.haste_logit),
        float(world.choice.inbound_logit),
        float(world.signals.phone_recall_share),
    )


def gossip_of(world: World) -> Gossip:
    """Word of mouth as the kernels take it."""
    p = world.signals
    return Gossip(
        float(p.telling_share),
        float(p.complaining_share),
        float(p.noticing_share),
        float(p.neighbour_recall_share),
        float(p.van_recall_share),
        float(p.good_news_persuasion),
        float(p.bad_news_factor),
        float(p.news_shopping_logit),
        float(p.further_news_logit),
        float(p.defection_shopping_logit),
        float(p.news_shopping_logit_max),
        by_class(p.contagion_threshold),
    )


def signing_of(world: World, calendar: Workdays, operators: int) -> Signing:
    """Retention and installation as an order meets them."""
    p = world.installation
    return Signing(
        np.full(operators, float(world.retention.notice_share)),
        np.full(operators, NO_LIMIT),
        float(np.log1p(-world.retention.credit_months / 12.0) * world.choice.price_elasticity_logit),
        int(calendar.span(12)),
        by_class(p.permission_days),
        round(p.promise_days),
        float(p.job_days),
        float(np.sqrt(np.log1p(p.job_cv**2))),
        float(p.access_refused_share),
        float(calendar.per_month),
        float(world.field.fee_share_of_bill),
    )


def fault_rates_of(world: World, calendar: Workdays, quality: Array) -> Array:
    """Faults a day by provider, the better the network the fewer; index -1 and -2 are premises without one."""
    p = world.installation
    relative = np.exp(p.fault_quality_slope * np.append(quality, [0.0, 0.0]))
    return calendar.daily(p.fault_rate_per_month) * relative


def by_class(numbers: Any) -> Array:
    """A number for each class (size or premises) as an array, in the order of the classes."""
    return np.array(list(numbers.model_dump().values()), np.float64)
