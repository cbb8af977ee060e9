"""What Mesa brings along is read when somebody uses it, and not before."""

from __future__ import annotations

import inspect
import subprocess
import sys

from sim.later import Later, postponed
from sim.mesalight import frames_without_source

READ_A_CITY = """
import sys
import sim.market
from sim.city import load_city
load_city("melbourne")
HEAVY = "pandas networkx scipy.linalg scipy.spatial scipy.special numpy.f2py matplotlib"
print(*(name for name in HEAVY.split() if name in sys.modules))
"""


def test_a_postponed_module_is_read_at_its_first_use_and_later_imports_are_as_ever():
    sys.modules.pop("colorsys", None)
    with postponed(["colorsys"]):
        import colorsys as stand_in
    assert isinstance(stand_in, Later) and "colorsys" not in sys.modules
    assert stand_in.rgb_to_hsv(0.0, 0.0, 1.0)[2] == 1.0
    import colorsys

    assert not isinstance(colorsys, Later) and stand_in.hsv_to_rgb is colorsys.hsv_to_rgb


def test_a_module_that_is_there_already_is_left_alone():
    with postponed(["subprocess"]):
        import subprocess as same
    assert same is subprocess


def test_the_model_and_its_city_do_without_the_large_libraries():
    done = subprocess.run([sys.executable, "-c", READ_A_CITY], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_frames_without_source_name_who_asks_as_frames_with_it_do():
    def ask():
        return [(each.function, each.frame.f_globals["__name__"], each.filename) for each in inspect.stack()[:2]]

    usual, stack = ask(), inspect.stack
    with frames_without_source():
        light, outer = ask(), inspect.getouterframes(inspect.currentframe())
    assert light == usual and outer[0].function == usual[1][0]
    assert inspect.stack is stack


def test_quantiles_are_scipys_own():
    from scipy.special import ndtri as theirs

    from sim.quantiles import ndtri

    assert ndtri is theirs
