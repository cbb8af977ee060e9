"""What a visit begins at every door, at once and in the months after it, and what the plots of the test sales bring."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import MEMORY_UNIT, remembered
from sim.choice import leave_share, offer_price, offer_value, stay_value
from sim.doors import Rules
from sim.draws import Luck, Streams
from sim.plans import Guess
from sim.scene import Scene
from sim.stages import Outcomes
from sim.state import NEVER, MarketState
from sim.steps.needs import chance_of_row, found, rests

Array = np.ndarray[Any, Any]


class Waiting(NamedTuple):
    """How long customers take, in working days."""

    at_door_share: float  # of those a visit wakes, who take up the offer in the talk itself
    afterthought_days: float  # mean of the others
    memory_days: float  # for which a visited business connects the operator with its visitor


class Prospects(NamedTuple):
    """What a visit by a practised seller begins at each of some doors (n,)."""

    interest: Array  # chance that the visit wakes it, or finds it looking around
    close: Array  # chance that it then signs, in the talk or after thinking it over
    bill: Array  # monthly
    dated: Array  # chance that the visit dates a follow-up by the contract's end
    lag_days: Array  # from the visit to that follow-up
    followup: Array  # chance that the follow-up ends in a signature
    call_rate: Array  # per day: it looks around by itself, rings the seller, and signs
    call_fading: Array  # per day: rate at which these calls become rarer
    waiting: Waiting

    @property
    def chance(self) -> Array:
        """Of a signature that the visit itself leads to."""
        return np.asarray(self.interest * self.close)

    def rows(self, rows: Array) -> Prospects:
        """Some of the doors, in any order."""
        return self._replace(**{name: getattr(self, name)[rows] for name in self._fields[:-1]})


def prospects_of(
    state: MarketState, scene: Scene, rules: Rules, rows: Array, today: int, price: Array | None = None
) -> Prospects:
    """What a visit today would begin at some doors; `price` (operators, 4, 4) in place of today's tariffs."""
    p, calendar = scene.world.field, scene.calendar
    appeal = scene.appeal if price is None else scene.appeal._replace(price=price)
    offered = (appeal, state.mind, scene.fading, scene.urge, state.urge_columns, state.deal, scene.peers)
    met = rules.decision_maker
    woken_days, followup_days = p.woken_months * calendar.per_month, p.followup_months * calendar.per_month
    interest, close, bill = _talks(*offered, met, woken_days, p.personal_logit, rows, today)
    lead = round(p.followup_lead_days)
    dated, lag, followup = _followups(
        *offered, met * p.revealed_share, followup_days, lead, p.personal_logit, rows, today
    )
    recall = met * p.visit_recall_share + (1.0 - met) * p.leaflet_recall_share
    card = p.card_kept_share * p.same_person_share * p.rep_reached_share
    where = (scene.presence, scene.discovery, scene.network, state.zone, recall, card, p.personal_logit)
    rate, hazard = _calls(*offered, *where, rows, today)
    waiting = Waiting(p.decided_at_door_share, p.afterthought_days, calendar.span(p.visit_memory_months))
    fading = hazard + calendar.daily_fading(p.card_fading_per_month)
    return Prospects(interest, close, bill, dated, lag, followup, rate, fading, waiting)


@njit(inline="always")
def _field_value(appeal, mind, fading, deal, peers, personal, ahead, row, today):
    """Utility of our offer in a personal talk, `ahead` days before the present contract ends."""
    value = offer_value(appeal, mind, fading, deal, peers, row, 0, today) + personal
    if deal.term_months[row] > 0:
        value += appeal.buyout_share * appeal.fee_logit_per_day * ahead
    return value


@njit(cache=True)
def _talks(appeal, mind, fading, urge, columns, deal, peers, decision_maker, woken_days, personal, rows, today):
    """Chance that a visit finds or wakes interest, the chance that it then leads to a signature, and the monthly
    bill."""
    interest, close, bill = np.zeros(rows.size), np.zeros(rows.size), np.zeros(rows.size)
    for i in range(rows.size):
        row = rows[i]
        if deal.provider[row] < -1 or deal.provider[row] == 0:
            continue
        own = chance_of_row(columns, fading, urge, row, today)
        listens = 1.0 - np.exp(-woken_days * own)
        if columns.decision_day[row] != NEVER:
            listens = 1.0
        elif rests(columns, row, today):
            listens = 0.0
        ahead = max(deal.contract_end[row] - today, 0)
        value = _field_value(appeal, mind, fading, deal, peers, personal, ahead, row, today) / appeal.similarity
        stay = stay_value(appeal, mind, fading, deal, peers, row, today)
        interest[i] = decision_maker[deal.premises[row]] * listens
        close[i] = leave_share(value, stay, appeal.similarity)
        bill[i] = offer_price(appeal, deal, row, 0)
    return interest, close, bill


@njit(cache=True)
def _followups(appeal, mind, fading, urge, columns, deal, peers, told, followup_days, lead, personal, rows, today):
    """Chance that a visit dates a follow-up, the days until then, and the chance that it ends in a signature, when
    leaving early costs but the fee of the `lead` days."""
    dated, lag, chance = np.zeros(rows.size), np.zeros(rows.size), np.zeros(rows.size)
    for i in range(rows.size):
        row = rows[i]
        ahead = deal.contract_end[row] - today
        if deal.provider[row] <= 0 or deal.term_months[row] == 0 or ahead <= 5 or followup_days <= 0.0:
            continue
        dated[i], lag[i] = told[deal.premises[row]], max(ahead - lead, 5)
        late = min(ahead, lead)
        stay = stay_value(appeal, mind, fading, deal, peers, row, today) - appeal.fee_logit_per_day * (ahead - late)
        value = _field_value(appeal, mind, fading, deal, peers, personal, late, row, today) / appeal.similarity
        listens = 1.0 - np.exp(-followup_days * urge.rate_per_day * columns.inclination[row])
        chance[i] = listens * leave_share(value, stay, appeal.similarity)
    return dated, lag, chance


@njit(cache=True)
def _calls(
    appeal,
    mind,
    fading,
    urge,
    columns,
    deal,
    peers,
    presence,
    discovery,
    network,
    zone,
    recall,
    card,
    personal,
    rows,
    today,
):
    """Rate at which visited doors look around by themselves, ring the seller and choose our offer among those of all
    operators that come to mind; and the rate at which they look around."""
    rate, hazard = np.zeros(rows.size), np.zeros(rows.size)
    for i in range(rows.size):
        row = rows[i]
        if deal.provider[row] < -1 or deal.provider[row] == 0:
            continue
        hazard[i] = chance_of_row(columns, fading, urge, row, today)
        ours, all_offers, known = 0.0, 0.0, 0.0
        for o in range(presence.size):
            if not network[o, zone[row]] or deal.provider[row] == o:
                continue
            idle = today - mind.contact_day[row, o]
            memory = remembered(MEMORY_UNIT * mind.memory[row, o], idle, fading.hold_days, fading.memory)
            if o == 0:
                memory += (1.0 - memory) * recall[deal.premises[row]]
            aware = 1.0 - np.exp(-mind.exposure[row] * presence[o]) * (1.0 - memory)
            logit = personal if o == 0 else urge.inbound_logit
            value = offer_value(appeal, mind, fading, deal, peers, row, o, today) + logit
            offer = np.exp(value / appeal.similarity)
            if o == 0:
                ours, known = offer, found(aware, discovery[0])
                all_offers += offer
            else:
                all_offers += found(aware, discovery[o]) * offer
        if ours > 0.0:
            stay = stay_value(appeal, mind, fading, deal, peers, row, today)
            won = leave_share(np.log(all_offers), stay, appeal.similarity) * ours / all_offers
            rate[i] = hazard[i] * known * card * won
    return rate, hazard


def prospects(state: MarketState) -> Array:
    """Doors of businesses that are not customers."""
    return np.flatnonzero((state.provider > -2) & (state.provider != 0))


# ---- what comes of it within some time -------------------------------------------------------------------------------


class Yield(NamedTuple):
    """Signatures that a visit to each of some doors brings within a time over which visits are spread evenly (n,)."""

    talks: Array  # in the talk, or after thinking it over
    calls: Array  # of those who look around by themselves later, and ring the visitor
    followups: Array  # that fall within the time
    dated: Array  # chance that there is such a follow-up

    @property
    def all(self) -> Array:
        """All signatures."""
        return np.asarray(self.talks + self.calls + self.followups)


def ripe(lag_days: Array, days: float) -> Array:
    """Of visits spread evenly over so many days, the part whose lag ends within them."""
    return np.asarray(np.maximum(1.0 - lag_days / max(days, 1e-9), 0.0))


def yields(of: Prospects, days: float) -> Yield:
    """What a visit brings, when what ripens later than the last of these days does not count."""
    waiting, days = of.waiting, max(days, 1e-9)
    mean = max(waiting.afterthought_days, 1e-9)
    thought_over = 1.0 - mean / days * -np.expm1(-days / mean)
    talks = of.chance * (waiting.at_door_share + (1.0 - waiting.at_door_share) * thought_over)
    last, k = min(waiting.memory_days, days), np.maximum(of.call_fading, 1e-12)
    gone = -np.expm1(-k * last)
    calls = of.call_rate / k * (gone - (gone / k - last * np.exp(-k * last)) / days)
    dated = (1.0 - of.chance) * of.dated * ripe(of.lag_days, days)
    return Yield(talks, calls, dated * of.followup, dated)


class Worked(NamedTuple):
    """What has come of the doors of plots by the end of the test sales, booleans (n,)."""

    signed: Array
    open: Array  # was interested, and has not decided yet
    told: Array  # has told the end of its contract, for a follow-up then


def work_plots(of: Prospects, address: Array, day: Array, days: float, luck: Luck) -> Worked:
    """Visit doors on these days of the test sales, follow them up as far as the days reach, and take their calls."""
    u = [luck.uniform(address, k) for k in range(1, 7)]
    left, waiting = np.maximum(days - day, 0.0), of.waiting
    interested, signs = u[0] < of.interest, u[0] < of.chance
    delay = np.where(u[1] < waiting.at_door_share, 0.0, -waiting.afterthought_days * np.log(u[2]))
    decided = delay <= left
    told = ~signs & (u[3] < of.dated)
    followed = told & (of.lag_days <= left) & (u[4] < of.followup)
    k = np.maximum(of.call_fading, 1e-12)
    calls = of.call_rate * -np.expm1(-k * np.minimum(left, waiting.memory_days)) / k
    signed = (signs & decided) | followed | (~signs & (u[5] < calls))
    return Worked(signed, interested & ~decided & ~signed, told)


def spread(visits: int, days: float) -> Array:
    """Days of visits that are spread evenly."""
    return (np.arange(visits) + 0.5) * days / max(visits, 1)


def sell_on_plots(
    state: MarketState,
    scene: Scene,
    rules: Rules,
    visits: Array,
    today: int,
    streams: Streams,
    guess: Guess,
    spans: tuple[float, float],
) -> Outcomes:
    """What plots of doors drawn at random have brought by premises type; `spans` are the days of the test sales, and
    those within which follow-ups count in a plan."""
    luck, days = streams("test sale"), spans[0]
    out = np.zeros((len(Outcomes._fields), len(visits)))
    for kind, count in enumerate(visits):
        doors = np.flatnonzero((state.premises == kind) & (state.provider > -2) & (state.provider != 0))
        plot = doors[np.argsort(luck.uniform(state.address[doors], 0), kind="stable")[: int(count)]]
        of = prospects_of(state, scene, rules, plot, today)
        worked = work_plots(of, state.address[plot], spread(plot.size, days), days, luck)
        bill, coming = of.bill[worked.signed], guess.close * worked.open.sum()
        dated = ripe(of.lag_days[worked.told], spans[1]).sum()
        expected, dates = (each[state.size_class[plot], kind].sum() for each in (guess.test, guess.dated))
        out[:, kind] = bill.size, bill.sum(), (bill**2).sum(), coming, expected, dated, dates
    return Outcomes(*out)
