"""The nested logit that every channel uses: stay, or leave for one of the operators whose offer is on the table.

V(operator) = brand + price + quality + persuasion + channel and skill + peers; V(stay) = the same of the present
provider, plus inertia, the fee for leaving early and satisfaction. Offers share a nest with scale lambda: P(leave) is
a logit of lambda times the inclusive value against V(stay), and given that, offers are chosen by a logit of V /
lambda. The luck of a decision has the address of the business (stay or leave) and of the pair (business, operator)
(which offer).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from sim.awareness import persuasion_of, remembered
from sim.draws import draw, pair
from sim.nearby import AHEAD, NEXT, hint

Array = np.ndarray[Any, Any]

STAY = -1
FIELD = 1  # the number of the personal channel
APPEAL_UNIT = 1 / 32  # offers keep the seller's effect as an int8 of this unit, in logits


class Deal(NamedTuple):
    """Columns of what a business has and is, as the choice sees it (n rows)."""

    address: Array  # uint64
    provider: Array  # int8, -1 none, -2 vacant
    size_class: Array  # uint8
    premises: Array  # uint8
    price_sensitivity: Array  # float32
    usage: Array  # float32, bill relative to the class's
    monthly_bill: Array  # float32
    contract_end: Array  # int16
    term_months: Array  # uint8, 0 without a term
    satisfaction: Array  # float32, at satisfaction_day
    satisfaction_day: Array  # int16
    offers: Array  # uint8, bit o: operator o made an offer in this search
    appeal: Array  # (n, o) int8, the seller's effect on the offer
    offer_channel: Array  # (n, o) uint8, who made the offer


class Appeal(NamedTuple):
    """What the market offers and how much each thing counts."""

    price: Array  # (o, 4, 4) monthly tariff by size class and premises type
    usual_price: Array  # (4, 4) what businesses without provider compare with
    brand: Array  # (o,) brand constants, solved at load
    quality: Array  # (o,) relative to the mean
    address: Array  # (o,) uint64
    price_logit: float
    attention: Array  # (1,) price sensitivity relative to quiet times
    quality_logit: float
    persuasion_logit: float
    peers_logit: float
    satisfaction_logit: float
    fee_logit_per_day: float
    no_provider_logit: float
    similarity: float  # lambda
    inertia_logit: Array  # (4,) by size class
    buyout_share: float  # part of the termination fee that the focal operator's representatives take over


@njit(cache=True)
def peer_share(indptr, indices, provider, row, operator):
    """Share of a business's peers who are customers of an operator."""
    n, served = 0, 0
    for e in range(indptr[row], indptr[row + 1]):
        if provider[indices[e]] >= 0:
            served += 1
            n += provider[indices[e]] == operator
    return n / served if served else 0.0


@njit(inline="always")
def standing_value(appeal, mind, fading, deal, peers, row, operator, today):
    """What speaks for an operator apart from price and seller."""
    value = appeal.brand[operator] + appeal.quality_logit * appeal.quality[operator]
    value += appeal.persuasion_logit * persuasion_of(mind, fading, row, operator, today)
    return value + appeal.peers_logit * peer_share(peers.indptr, peers.indices, deal.provider, row, operator)


@njit(inline="always")
def stay_value(appeal, mind, fading, deal, peers, row, today):
    """Utility of leaving things as they are."""
    provider = deal.provider[row]
    if provider < 0:
        return appeal.no_provider_logit
    value = (
        standing_value(appeal, mind, fading, deal, peers, row, provider, today)
        + appeal.inertia_logit[deal.size_class[row]]
    )
    if deal.term_months[row] > 0:
        value += appeal.fee_logit_per_day * max(deal.contract_end[row] - today, 0)
    content = remembered(deal.satisfaction[row], today - deal.satisfaction_day[row], 0.0, fading.satisfaction)
    return value + appeal.satisfaction_logit * content


@njit(inline="always")
def offer_price(appeal, deal, row, operator):
    """The monthly bill that an operator would charge."""
    return appeal.price[operator, deal.size_class[row], deal.premises[row]] * deal.usage[row]


@njit(inline="always")
def offer_value(appeal, mind, fading, deal, peers, row, operator, today):
    """Utility of an offer on the table; prices count relative to the present bill."""
    usual = appeal.usual_price[deal.size_class[row], deal.premises[row]] * deal.usage[row]
    present = deal.monthly_bill[row] if deal.provider[row] >= 0 else usual
    price = np.log(offer_price(appeal, deal, row, operator) / present)
    value = standing_value(appeal, mind, fading, deal, peers, row, operator, today)
    value += appeal.attention[0] * appeal.price_logit * deal.price_sensitivity[row] * price
    if operator == 0 and deal.offer_channel[row, 0] == FIELD and deal.term_months[row] > 0:
        value += appeal.buyout_share * appeal.fee_logit_per_day * max(deal.contract_end[row] - today, 0)
    return value + APPEAL_UNIT * deal.appeal[row, operator]


@njit(cache=True)
def leave_share(inclusive_value, stay, similarity):
    """Chance to leave, given the inclusive value of the offers (log-sum of V / lambda)."""
    return 1.0 / (1.0 + np.exp(stay - similarity * inclusive_value))


@njit(inline="always")
def will_decide(mind, deal, peers, row):
    """Hints of what a decision looks at."""
    hint(deal.address, row)
    hint(deal.provider, row)
    hint(deal.offers, row)
    hint(deal.appeal, row)
    hint(deal.offer_channel, row)
    hint(deal.size_class, row)
    hint(deal.premises, row)
    hint(deal.usage, row)
    hint(deal.monthly_bill, row)
    hint(deal.price_sensitivity, row)
    hint(deal.term_months, row)
    hint(deal.contract_end, row)
    hint(deal.satisfaction, row)
    hint(deal.satisfaction_day, row)
    hint(mind.persuasion, row)
    hint(mind.contact_day, row)
    hint(peers.indptr, row)


@njit(inline="always")
def will_compare(peers, row):
    """A hint of a business's peers, whose place in the list has been asked for."""
    hint(peers.indices, peers.indptr[row])


@njit(cache=True)
def decide(key, appeal, mind, fading, deal, peers, rows, today, notice_share, talks_left, credit_logit):
    """Ends of searches: the operator chosen (or STAY), and whether the present provider's offer to stay holds the
    business back.

    A provider learns of the notice with a chance of its own (o,); its credit counts like a lower price, and the same
    choice is made again. Its staff has time for `talks_left` (o,) notices; those beyond it make that negative.
    """
    chosen, held_back = np.full(rows.size, STAY, np.int8), np.zeros(rows.size, np.bool_)
    few = talks_left.min() < rows.size
    turns = np.argsort(deal.address[rows]) if few else np.arange(rows.size)  # whose turn it is, is luck, not rows
    for turn in range(turns.size):
        if turn + AHEAD < turns.size:
            will_decide(mind, deal, peers, rows[turns[turn + AHEAD]])
        if turn + NEXT < turns.size:
            will_compare(peers, rows[turns[turn + NEXT]])
        i = turns[turn]
        row = rows[i]
        best, best_score, inclusive = -1, -np.inf, 0.0
        for o in range(appeal.brand.size):
            if deal.offers[row] & (1 << o) and deal.provider[row] != o:
                score = offer_value(appeal, mind, fading, deal, peers, row, o, today) / appeal.similarity
                inclusive += np.exp(score)
                score -= np.log(-np.log(draw(key, pair(deal.address[row], appeal.address[o]), 0)))
                if score > best_score:
                    best, best_score = o, score
        if best < 0:
            continue
        stay, value = stay_value(appeal, mind, fading, deal, peers, row, today), np.log(inclusive)
        luck = draw(key, deal.address[row], 0)
        if luck < leave_share(value, stay, appeal.similarity):
            chosen[i] = best
            if deal.provider[row] >= 0 and draw(key, deal.address[row], 1) < notice_share[deal.provider[row]]:
                worth = appeal.attention[0] * credit_logit * deal.price_sensitivity[row]
                heard = talks_left[deal.provider[row]] > 0
                held_back[i] = heard and luck >= leave_share(value, stay + worth, appeal.similarity)
                talks_left[deal.provider[row]] -= 1
    return chosen, held_back
