"""The table of open orders grows, keeps its order, and gives up what is taken out."""

from __future__ import annotations

import numpy as np

from sim.orders import COLUMNS, ROOM, Orders


def some(first: int, n: int) -> np.ndarray:
    """So many orders of numbered rows."""
    table = np.zeros(n, COLUMNS)
    table["row"] = np.arange(first, first + n)
    return table


def test_orders_stand_in_the_order_of_their_coming_however_many_there_are() -> None:
    orders = Orders()
    for first in range(0, 10 * ROOM, 7):
        orders.append(some(first, 7))
    assert orders["row"].tolist() == list(range(len(orders)))
    assert len(orders) > ROOM


def test_taking_orders_out_leaves_the_others_as_they_stood() -> None:
    orders = Orders(some(0, 6))
    taken = orders.take(np.array([True, False, False, True, False, False]))
    assert taken["row"].tolist() == [0, 3]
    assert orders["row"].tolist() == [1, 2, 4, 5]
    orders.append(some(6, 1))
    assert orders["row"].tolist() == [1, 2, 4, 5, 6]
    assert taken["row"].tolist() == [0, 3]


def test_room_is_made_behind_the_orders_without_moving_them() -> None:
    orders = Orders(some(0, 3))
    buffer = orders.room_for(ROOM)
    assert len(buffer) >= 3 + ROOM
    assert orders["row"].tolist() == [0, 1, 2]
