"""Some businesses start to look for an offer, and choose whom to ask."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from sim.awareness import awareness_of, faded, fading_table, meet, remembered, will_meet
from sim.choice import APPEAL_UNIT, standing_value, will_compare
from sim.draws import Luck, draw, normal, pair, rows_below
from sim.nearby import AHEAD, NEXT, hint
from sim.record import Record
from sim.scene import Scene
from sim.state import INBOUND, NEVER, NONE, VACANT, MarketState, Rows

Array = np.ndarray[Any, Any]

LIMITS_MONTHS = 3  # after so many, everybody's limits follow what has faded; until then they are only less tight
DAILY_MAX = 0.5  # no business is more likely than this to start looking on one day


def start_shopping(state: MarketState, scene: Scene, calls: CallDiary, record: Record, today: int, luck: Luck) -> None:
    """Today's shoppers: whoever draws below its chance; the limits only spare most rows the exact look."""
    begin_search(state, scene, calls, record, None, today, luck)


def begin_search(
    state: MarketState, scene: Scene, calls: CallDiary, record: Record, rows: Array | None, today: int, luck: Luck
) -> None:
    """A search begins: its last day is set, and the operators that come to mind are called, rivals at once.

    Without `rows`, whoever starts to look today.
    """
    if rows is not None and not rows.size:
        return
    begun, callers, days = search(luck.key, state.held, scene.held, record.asked, rows, today)
    calls.add(callers, days)
    record.add("market_shopping", begun)


def consider(state: MarketState, scene: Scene, record: Record, rows: Array, today: int, luck: Luck) -> None:
    """A seller has woken these businesses: they weigh the offer in hand against staying, and ask nobody else."""
    if not rows.size:
        return
    begin_to_weigh(luck.key, state.held, scene.urge.search_days, rows, today)
    record.add("market_woken", rows.size)


@njit(cache=True)
def begin_to_weigh(key, state, search_days, rows, today):
    """The last day of weighing, about as long as a search of their own."""
    for row in rows:
        days = search_days[state.size_class[row]] * (0.5 + draw(key, state.address[row], 1))
        state.decision_day[row] = min(today + max(np.ceil(days), 1), NEVER - 1)
        state.shopping_limit[row] = 0


def put_offers(state: MarketState, rows: Array, operator: int, channel: int, logit: Array) -> None:
    """An offer lies on the table until the search ends; a better approach by the same operator replaces a worse one."""
    if rows.size:
        put_on_table(state.held, rows, operator, channel, logit)


@njit(cache=True)
def put_on_table(state, rows, operator, channel, logit):
    """`put_offers` for kernels."""
    offers, appeal, offer_channel = state.offers, state.appeal, state.offer_channel
    bit = np.uint8(1 << operator)
    for i in range(rows.size):
        row, effect = rows[i], np.int8(min(max(np.rint(logit[i] / APPEAL_UNIT), -128.0), 127.0))
        if not offers[row] & bit or effect > appeal[row, operator]:
            appeal[row, operator] = effect
            offer_channel[row, operator] = channel
        offers[row] |= bit


class CallDiary:
    """Sales calls to the focal operator's common number that fall on later days."""

    def __init__(self) -> None:
        self._rows, self._days = Rows(), Rows()

    @property
    def row(self) -> Array:
        """Who calls."""
        return self._rows.buffer[: self._rows.size]

    @property
    def day(self) -> Array:
        """And when."""
        return self._days.buffer[: self._days.size]

    def add(self, rows: Array, days: Array) -> None:
        """Write calls down."""
        self._rows.add(rows)
        self._days.add(days)

    def due(self, today: int) -> Array:
        """Take out the rows that call today."""
        rows = _take_due(self.row, self.day, today)
        self._rows.size = self._days.size = self._rows.size - rows.size
        return rows


@njit(cache=True)
def _take_due(row, day, today):
    """The rows that are due; the others move up."""
    due, n, kept = np.empty(row.size, np.int64), 0, 0
    for i in range(row.size):
        if day[i] <= today:
            due[n] = row[i]
            n += 1
        else:
            row[kept], day[kept] = row[i], day[i]
            kept += 1
    return due[:n]


@njit(inline="always")
def shopping_chance(rate, inclination, in_window, unserved, unsettled, news, satisfaction, urge):
    """Daily chance to start looking: a base rate, times what calls for it, times the tenant's inclination.

    Going without a provider is a need, not a matter of inclination.
    """
    if unserved:
        return min(rate * urge.no_provider_factor, DAILY_MAX)
    chance = rate * inclination
    if news != 0.0 or satisfaction != 0.0:
        chance *= np.exp(news - urge.dissatisfaction_slope * satisfaction)
    if in_window:
        chance *= urge.renewal_factor
    if unsettled:
        chance *= urge.unsettled_factor
    return min(chance, DAILY_MAX)


@njit(inline="always")
def chance_of_row(columns, fading, urge, row, today):
    """Today's chance of one row; zero for premises that cannot start to look.

    `set_limits` says the same of many rows.
    """
    if columns.provider[row] == VACANT or columns.decision_day[row] != NEVER or columns.order_operator[row] != NONE:
        return 0.0
    ahead = columns.contract_end[row] - today
    since = today - columns.contract_start[row]
    in_window = columns.term_months[row] > 0 and (
        0 <= ahead <= urge.window_days or (columns.renewals[row] > 0 and since <= urge.window_days)
    )
    news = remembered(columns.news[row], today - columns.news_day[row], 0.0, fading.news)
    content = remembered(columns.satisfaction[row], today - columns.satisfaction_day[row], 0.0, fading.satisfaction)
    unsettled = today <= columns.unsettled_until[row]
    return shopping_chance(
        urge.rate_per_day,
        columns.inclination[row],
        in_window,
        columns.provider[row] == NONE,
        unsettled,
        news,
        content,
        urge,
    )


@njit(inline="always")
def rests(columns, row, today):
    """Whether a business has decided to stay lately, and nothing has unsettled it since: it hears no seller out."""
    return today < columns.rest_until[row] and today > columns.unsettled_until[row]


@njit(cache=True)
def starters(key, state, scene, today):
    """Rows below their limit, and of those the ones below today's exact chance; the number drawn is the same."""
    address, columns, fading, urge = state.address, state.urge_columns, scene.fading, scene.urge
    rows, n = rows_below(key, address, state.shopping_limit), 0
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            will_limit(columns, rows[i + AHEAD])
        row = rows[i]
        if draw(key, address[row], 0) < chance_of_row(columns, fading, urge, row, today):
            rows[n] = row
            n += 1
    return rows[:n]


@njit(cache=True)
def search(key, state, scene, asked, rows, today):
    """Searches of these businesses, or of today's starters: how many, who calls the focal operator, and when."""
    begun = starters(key, state, scene, today) if rows is None else rows
    callers, days = whom_to_ask(key, state, scene, asked, begun, today)
    return begun.size, callers, days


@njit(inline="always")
def will_limit(columns, row):
    """Hints of what a limit hangs on."""
    hint(columns.provider, row)
    hint(columns.decision_day, row)
    hint(columns.order_operator, row)
    hint(columns.contract_start, row)
    hint(columns.contract_end, row)
    hint(columns.term_months, row)
    hint(columns.renewals, row)
    hint(columns.inclination, row)
    hint(columns.news, row)
    hint(columns.news_day, row)
    hint(columns.satisfaction, row)
    hint(columns.satisfaction_day, row)
    hint(columns.unsettled_until, row)
    hint(columns.shopping_limit, row)


@njit(cache=True)
def set_limits(state, scene, rows, everybody, today):
    """Limits of some rows or of everybody by today's chance (`chance_of_row`), rounded up; a chance that time alone
    would raise, since content fades, is bounded as if it had.

    Columns are taken out of their group once, which is four times as fast; for everybody exponentials are read from a
    table.
    """
    columns, fading, urge = state.urge_columns, scene.fading, scene.urge
    provider, decision_day, order_operator = columns.provider, columns.decision_day, columns.order_operator
    start, end, term, renewals = columns.contract_start, columns.contract_end, columns.term_months, columns.renewals
    inclination, news, news_day = columns.inclination, columns.news, columns.news_day
    satisfaction, satisfaction_day = columns.satisfaction, columns.satisfaction_day
    unsettled_until, limit = columns.unsettled_until, columns.shopping_limit
    days = max(today, 0) + 1 if everybody else 0
    news_left, content_left = fading_table(days, 0.0, fading.news), fading_table(days, 0.0, fading.satisfaction)
    for i in range(provider.size if everybody else rows.size):
        if not everybody and i + AHEAD < rows.size:
            will_limit(columns, rows[i + AHEAD])
        row = i if everybody else rows[i]
        if provider[row] == VACANT or decision_day[row] != NEVER or order_operator[row] != NONE:
            limit[row] = 0
            continue
        in_window = term[row] > 0 and (
            0 <= end[row] - today <= urge.window_days or (renewals[row] > 0 and today - start[row] <= urge.window_days)
        )
        chance = shopping_chance(
            urge.rate_per_day,
            inclination[row],
            in_window,
            provider[row] == NONE,
            today <= unsettled_until[row],
            faded(news[row], today - news_day[row], fading.news, news_left),
            min(faded(satisfaction[row], today - satisfaction_day[row], fading.satisfaction, content_left), 0.0),
            urge,
        )
        limit[row] = np.uint32(min(np.ceil(chance * 4294967296.0), 4294967295.0))


def refresh(state: MarketState, scene: Scene, tomorrow: int, everybody: bool = False) -> None:
    """Bring the limits up to date: of those whom the day has stirred, or of all, for what only fades is not tracked."""
    set_limits(state.held, scene.held, state.stirred.take(), everybody, tomorrow)


@njit(inline="always")
def found(awareness, discovery):
    """Chance that an operator is among those a searching business thinks of: it knows the name, or comes across it."""
    return awareness + (1.0 - awareness) * discovery


@njit(cache=True)
def whom_to_ask(key, state, scene, asked, rows, today):
    """The search's last day, and who comes to mind and is called; returns those who call the focal operator, and when.

    The search's last day is set. An operator comes to mind with its awareness, or is found; of those, the best by what
    is known of them are called, at most `calls_max`. Rivals' lines answer with their chance of the month and make their
    offer; a caller lost there may try one more.
    """
    address, size_class, urge = state.address, state.size_class, scene.urge
    decision_day, limit = state.decision_day, state.shopping_limit
    callers, call_day, n = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64), 0
    score = np.empty(scene.presence.size)
    for i in range(rows.size):
        if i + AHEAD < rows.size:
            will_ask(state, scene, rows[i + AHEAD])
        if i + NEXT < rows.size:
            will_compare(scene.peers, rows[i + NEXT])
        row = rows[i]
        days = int(max(np.ceil(urge.search_days[size_class[row]] * (0.5 + draw(key, address[row], 1))), 1))
        decision_day[row] = min(today + days, NEVER - 1)
        limit[row] = 0
        _think_of(key, state, scene, row, today, score)
        calls_left, lost = urge.calls_max, False
        while calls_left > 0:
            best = np.argmax(score)
            if score[best] == -np.inf:
                break
            score[best] = -np.inf
            calls_left -= 1
            asked[best] += 1
            if best == 0:
                callers[n], call_day[n] = row, today + int(draw(key, address[row], 2) * days)
                n += 1
                continue
            answered = _rival_answers(key, state, scene, row, best, today)
            if not answered and not lost and draw(key, address[row], 5) < urge.lost_caller_rival_share:
                calls_left, lost = calls_left + 1, True
    return callers[:n].copy(), call_day[:n].copy()


@njit(inline="always")
def will_ask(state, scene, row):
    """Hints of what a search looks at."""
    mind, deal = state.mind, state.deal
    hint(deal.address, row)
    hint(deal.size_class, row)
    hint(deal.premises, row)
    hint(deal.price_sensitivity, row)
    hint(mind.exposure, row)
    will_meet(mind, row)
    hint(state.zone, row)
    hint(state.decision_day, row)
    hint(scene.peers.indptr, row)
    hint(deal.offers, row)
    hint(deal.appeal, row)
    hint(deal.offer_channel, row)


@njit(cache=True)
def _think_of(key, state, scene, row, today, score):
    """Fills in what one business expects of each operator that comes to its mind, with luck; others have minus
    infinity."""
    mind, deal, fading, appeal, presence = state.mind, state.deal, scene.fading, scene.appeal, scene.presence
    network, discovery, peers = scene.network, scene.discovery, scene.peers
    address, kind = deal.address[row], (deal.size_class[row], deal.premises[row])
    for o in range(presence.size):
        score[o] = -np.inf
        if not network[o, state.zone[row]] or deal.provider[row] == o:
            continue
        where = pair(address, appeal.address[o])
        if draw(key, where, 1) < found(awareness_of(mind, fading, presence, row, o, today), discovery[o]):
            value = standing_value(appeal, mind, fading, deal, peers, row, o, today)
            dearer = np.log(appeal.price[o][kind] / appeal.usual_price[kind])
            value += appeal.attention[0] * appeal.price_logit * deal.price_sensitivity[row] * dearer
            score[o] = scene.urge.shortlist_logit * value - np.log(-np.log(draw(key, where, 2)))


@njit(cache=True)
def _rival_answers(key, state, scene, row, rival, today):
    """Whether a rival's line answers a call; if it does, its offer is on the table."""
    urge, where = scene.urge, pair(state.address[row], scene.appeal.address[rival])
    if draw(key, where, 3) >= scene.answered[rival]:
        return False
    logit = urge.skill_logit * normal(draw(key, where, 4)) + urge.inbound_logit
    state.offers[row] |= np.uint8(1 << rival)
    state.appeal[row, rival] = np.int8(min(max(np.rint(logit / APPEAL_UNIT), -128.0), 127.0))
    state.offer_channel[row, rival] = INBOUND
    meet(state.mind, scene.fading, row, rival, today, urge.recall_share, 0.0, 0.0)
    return True
