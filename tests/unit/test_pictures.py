"""The pictures: every one by its command, the numbers behind them by hand, and the same bytes every time."""

import csv
import io
import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from experiments.cli import main
from experiments.finished import open_sweep
from experiments.report.drawing import levels_of
from experiments.report.pictures import animation, axes, bars, catalogue, fans, ground, paper, pay, service, swept
from experiments.report.source import open_source
from experiments.report.words import LANGUAGES, Words
from experiments.style import house_style
from tests.tiny import tiny_folder

QUICK = ("months=3", "warmup=1", "engine=serial", "quiet=true", "record.events=false")
FIELD = ("department.reps=2", "department.stages.test_sales=false", "department.stages.labour_market=false")


@pytest.fixture(autouse=True, scope="module")
def coarse_pictures():
    """Saves the seconds of drawing at 300 dots an inch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.report.pictures.paper.PNG_DPI", 40)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def runs(place):
    (place / "city").mkdir()
    city = tiny_folder(place / "city")
    assert main(["forecast", f"city={city}", f"out={place / 'runs'}", *QUICK, *FIELD, "replications=2"]) == 0
    return place / "runs"


@pytest.fixture(scope="module")
def grid(place, runs):
    words = ("department.reps=1,3", "world.field.woken_months=1.5,2.5", "replications=1", f"city={place / 'city'}")
    assert main(["sweep", *words, f"out={place / 'grid'}", *QUICK[:4]]) == 0
    return place / "grid"


@pytest.fixture(scope="module")
def drawn(place, runs, grid):
    out = place / "drawn"
    words = ("language=pl", "size=slide", "formats=svg,gif")
    assert main(["figures", str(runs), f"sweep={grid}", f"out={out}", *words]) == 0
    return out


@pytest.fixture(scope="module")
def slides(place, runs, grid):
    """A few pictures in every format."""
    words = ("language=pl", "size=slide", "only=customers,map_share,heat_map,months_share")
    for name in ("slides", "again"):
        assert main(["figures", str(runs), f"sweep={grid}", f"out={place / name}", *words]) == 0
    return place / "slides"


pytestmark = pytest.mark.timeout(900)  # the runs and all pictures of a machine with other work


def rows_of(folder, name):
    with (folder / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---- the command -----------------------------------------------------------------------------------------------------


def test_every_picture_is_drawn_with_its_numbers(drawn):
    names = {path.stem for path in drawn.iterdir() if path.is_file()}
    assert names <= set(catalogue.NAMES)
    # A tiny city in three months has nobody who stays long enough for a cohort, nor pay days enough.
    assert set(catalogue.NAMES) - names <= {"survival", "effort", "attainment", "map_won", "months_won", "map_visits"}
    for name in names - set(catalogue.ANIMATIONS):
        assert rows_of(drawn, name), name


def test_a_slide_is_as_large_as_a_slide(slides):
    image = Image.open(slides / "customers.png")
    assert image.width / image.height == pytest.approx(16 / 9, rel=0.01)
    assert image.info["dpi"][0] == pytest.approx(40, rel=0.01)
    assert image.width == pytest.approx(40 * paper.SLIDE_INCHES[0], abs=2)
    head = (slides / "customers.svg").read_text(encoding="utf-8").partition("viewBox")[0]
    assert f'width="{72 * paper.SLIDE_INCHES[0]:.3f}"'[:12] in head
    assert (slides / "customers.pdf").read_bytes().startswith(b"%PDF")


def test_the_same_folder_gives_the_same_pictures(place, slides):
    files = sorted(path.relative_to(slides) for path in slides.rglob("*.*"))
    assert len(files) == 3 * 4 + 1  # three pictures in three formats with their numbers, and a moving one
    for file in files:
        assert (slides / file).read_bytes() == (place / "again" / file).read_bytes(), file


def test_a_sweep_alone_is_drawn_too(place, grid, capsys):
    assert main(["figures", str(grid), f"out={place / 'swept'}", "formats=svg"]) == 0
    assert {path.name for path in (place / "swept").glob("*.svg")} == {"tornado.svg", "heat_map.svg"}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("only=custmers", "did you mean 'customers'"),
        ("formats=jpg", "did you mean 'png'"),
        ("levels=50,fifty", "whole numbers from 1 to 99"),
        ("levels=10,20,30,40,50", "one to 4"),
        ("only=heat_map", "the folder lacks what this shows"),
        ("size=poster", "page, slide"),
    ],
)
def test_what_cannot_be_drawn_is_refused(runs, tmp_path, capsys, word, said):
    assert main(["figures", str(runs), f"out={tmp_path / 'out'}", word]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_results_is_refused(tmp_path, capsys):
    assert main(["figures", str(tmp_path)]) == 2
    assert "holds no results" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_has_a_caption(language):
    words = Words(language, "AUD")
    assert all(words(f"caption.{name}") for name in catalogue.NAMES)


# ---- fans ------------------------------------------------------------------------------------------------------------


def test_levels_are_the_bands_that_are_chosen():
    assert fans.quantiles((50, 90)) == pytest.approx([0.05, 0.25, 0.5, 0.75, 0.95])
    edges = fans.bands(np.arange(101.0)[:, None], (80,))
    assert edges[:, 0].tolist() == pytest.approx([10.0, 50.0, 90.0])
    assert fans.head_of((90, 50))[4:] == ("low_90", "low_50", "median", "high_50", "high_90")
    assert levels_of(["90", "50"]) == ((50, 90), [])


def test_the_numbers_behind_a_fan_are_the_paired_ones(runs, drawn):
    source = open_source(runs)
    base, here = source.story.pair("customers")
    rows = [row for row in rows_of(drawn, "customers") if row["series"] == "difference"]
    assert float(rows[-1]["median"]) == pytest.approx(float(np.median((here - base)[:, -1])))


def test_the_break_even_shares_are_all_of_the_pairs(drawn):
    shares = [
        float(row["median"]) for row in rows_of(drawn, "cumulative_margin") if row["series"] == "break_even_share"
    ]
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize(("months", "marker"), [(1, "o"), (2, "")])
def test_a_single_month_is_drawn_as_a_dot(months, marker):
    drawn_on = paper.Paper(Words("en", "AUD")).figure().subplots()
    fans.draw_fan(drawn_on, np.arange(months), np.ones((3, months)), "#000000")
    assert drawn_on.lines[0].get_marker() == marker


@pytest.mark.parametrize(("months", "panels"), [([3.0, np.inf], 3), ([np.inf, np.inf], 2)])
def test_the_months_of_break_even_have_a_panel_where_there_are_any(runs, monkeypatch, months, panels):
    monkeypatch.setattr("experiments.titles.break_even_months", lambda story: np.array(months))
    with house_style():
        figure, _, rows = fans.cumulative_margin(open_source(runs), paper.Paper(Words("en", "AUD")))
    assert len(figure.axes) == panels
    never = float(sum(not np.isfinite(month) for month in months) / 2)
    assert rows[-1][1:4] == ("break_even_share", "", "") and never in rows[-1]


# ---- bars ------------------------------------------------------------------------------------------------------------


class Sums:
    """A source whose flows are given: {(column, channel): (baseline, scenario)}."""

    def __init__(self, **sums):
        self.sums = sums


def steps(monkeypatch, sums):
    monkeypatch.setattr(bars, "sums_after", lambda _, column, channel="": sums.get((column, channel), (0.0, 0.0)))
    return dict(bars.steps_of(SimpleNamespace()))


def test_the_waterfall_leads_from_the_baseline_to_the_scenario(monkeypatch):
    sums = {("gross_adds", "inbound"): (100.0, 130.0), ("gross_adds", "field"): (0.0, 50.0)}
    sums |= {("churn_competitor", ""): (40.0, 30.0), ("churn_closure", ""): (5.0, 7.0)}
    found = steps(monkeypatch, sums)
    assert found == {"own_inbound": 100, "caused_inbound": 30, "extra_field": 50, "saved": 10, "closure": -2}


def test_inbound_is_caused_by_the_field_only_where_the_field_alone_changes(monkeypatch):
    sums = {("gross_adds", "inbound"): (100.0, 130.0), ("gross_adds", "field"): (0.0, 50.0)}
    sums |= {("gross_adds", "telemarketing"): (0.0, 20.0), ("churn_competitor", ""): (40.0, 60.0)}
    found = steps(monkeypatch, sums)
    assert "caused_inbound" not in found and found["extra_inbound"] == 30
    assert found["churn"] == -20 and "saved" not in found


def test_a_way_of_counting_costs_that_is_not_there_is_in_no_legend(monkeypatch):
    monkeypatch.setattr(bars, "cost_rows", lambda source: [("inbound", "last_touch", 500.0, 450.0, 550.0)])
    figure = bars.costs(SimpleNamespace(), paper.Paper(Words("en", "AUD")))[0]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["last touch"]


def test_the_waterfall_adds_up(drawn):
    values = {row["step"]: float(row["customers"]) for row in rows_of(drawn, "waterfall")}
    assert values.pop("total") == pytest.approx(sum(values.values()))


# ---- service, cohorts, pay -------------------------------------------------------------------------------------------


def test_a_cohort_is_watched_while_enough_customers_are_left():
    counts = {"customers": np.array([[[100.0, 50.0, 10.0]]]), "lost": np.array([[[10.0, 5.0, 9.0]]])}
    alive = service.still_there(counts, 0)
    assert alive[0, :2].tolist() == pytest.approx([0.9, 0.81]) and np.isnan(alive[0, 2])
    rows = service.cohort_rows("active", "field", alive)
    assert [row[2:4] for row in rows] == [(0, 1.0), (1, pytest.approx(0.9)), (2, pytest.approx(0.81))]


def test_effort_is_a_mean_over_people_by_the_days_left():
    found = {
        "scenario": np.array(["active"] * 3),
        "period_days_left": np.array([0, 0, 1]),
        "reps": np.array([6, 2, 8]),
        "effort": np.array([1.0, 2.0, 0.5]),
        "orders": np.array([3, 1, 4]),
    }
    assert pay.day_rows(found, "active") == [("active", -1, 0.5, 0.5, 8), ("active", 0, 1.25, 0.5, 8)]


# ---- the territory ---------------------------------------------------------------------------------------------------


def test_visits_are_summed_up_since_the_decision_for_100_premises():
    source = SimpleNamespace(city=SimpleNamespace(zone=np.array([0, 0, 0, 0, 1])))
    summed = ground.since_decision(source, np.array([0, 1, 2]), np.array([[9.0, 9.0], [2.0, 1.0], [2.0, np.nan]]))
    assert summed.tolist() == [[0.0, 0.0], [50.0, 100.0], [100.0, 100.0]]


def test_the_month_before_the_decision_has_its_date_without_history():
    cube = SimpleNamespace(months=np.array([1, 2]), dates=np.array(["2027-01-01", "2027-02-01"], "datetime64[D]"))
    source = SimpleNamespace(story=SimpleNamespace(cube=lambda: cube))
    sheet = paper.Paper(Words("pl", "PLN"))
    assert ground.month_title(source, sheet, 0) == "przed decyzją (gru 2026)"
    assert ground.month_title(source, sheet, 2) == "miesiąc 2 (lut 2027)"


def test_the_maps_hold_every_zone_and_month(runs, drawn):
    rows = rows_of(drawn, "map_share")
    assert len(rows) == 4 * 4  # zones by months from the last one of history on
    assert {row["month"] for row in rows} == {"0", "1", "2", "3"}


def test_the_moving_map_has_a_frame_a_month_and_stands_still_at_the_end(drawn):
    moving = Image.open(drawn / "months_share.gif")
    assert moving.n_frames == 4
    moving.seek(3)
    assert moving.info["duration"] == animation.LAST_MILLISECONDS


def test_the_network_has_all_zones_and_links(runs, drawn):
    rows = rows_of(drawn, "network")
    links = {
        (row["zone_id"], row["other_zone_id"]): float(row["businesses_or_minutes"])
        for row in rows
        if row["kind"] == "link"
    }
    assert links == {("NW", "NE"): 10, ("NW", "SW"): 12, ("NE", "SE"): 10, ("SW", "SE"): 14}
    assert sum(float(row["businesses_or_minutes"]) for row in rows if row["kind"] == "zone") == 60


# ---- sweeps ----------------------------------------------------------------------------------------------------------


def test_the_plane_holds_the_mean_margin_of_every_pair_of_values(grid, drawn):
    sweep = open_sweep(grid)
    (across, up), (x, y), table = swept.plane_of(sweep)
    assert [across, up] == ["department.reps", "world.field.woken_months"]
    assert x.tolist() == [1, 3] and y.tolist() == [1.5, 2.5]
    margin = sweep.outcome(swept.OUTCOME)
    values = zip(*(sweep.values[path] for path in (across, up)), strict=True)
    places = [pair for pair in list(values) if None not in pair]
    assert table[x.tolist().index(places[0][0]), y.tolist().index(places[0][1])] == pytest.approx(margin[0].mean())
    assert len(rows_of(drawn, "heat_map")) == 4


def test_the_tornado_has_the_widest_swing_first(drawn):
    sizes = [abs(float(row["swing"])) for row in rows_of(drawn, "tornado")]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 2


def test_a_break_even_line_is_drawn_where_the_sign_changes(monkeypatch):
    table = np.array([[-1e5, 5e4], [-2e4, 2e5]])
    monkeypatch.setattr(
        swept, "plane_of", lambda _: (["a.reps", "b.price"], [np.array([2.0, 4.0]), np.array([1.0, 2.0])], table)
    )
    with house_style():
        figure, _, rows = swept.heat_map(SimpleNamespace(), paper.Paper(Words("en", "AUD")))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["break-even"]
    assert rows[0] == (2.0, 1.0, -1e5)


# ---- colours and numbers ---------------------------------------------------------------------------------------------


def lightness(colour):
    """Perceived lightness of a colour, 0 to 100."""
    from matplotlib.colors import to_rgb

    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116 * luminance ** (1 / 3) - 16


def test_bars_beside_each_other_differ_without_colour():
    shades = [lightness(colour) for _, colour in bars.WAYS.values()]
    close = [(i, j) for i in range(3) for j in range(i) if abs(shades[i] - shades[j]) < 10]
    assert all(axes.HATCHES[i] != axes.HATCHES[j] for i, j in close)
    assert abs(lightness(bars.GAIN) - lightness(bars.LOSS)) > 10
    assert len(set(map(str, axes.DASHES))) == len(axes.DASHES)


def test_the_scale_of_a_map_darkens_steadily():
    from matplotlib import colormaps

    shades = [lightness(colormaps["YlGnBu"](value)) for value in np.linspace(0, 1, 20)]
    assert all(later < earlier for earlier, later in itertools.pairwise(shades))


@pytest.mark.parametrize(
    ("value", "written"), [(1_234_567.0, "+1,23 mln"), (-45_600.0, "−46 tys."), (120.0, "+120"), (0.0, "0")]
)
def test_an_amount_fits_into_a_cell(value, written):
    assert axes.short_money(value, Words("pl", "PLN"), True).replace("\u00a0", " ") == written


@pytest.mark.parametrize(("step", "digits"), [(5.0, 0), (2.5, 1), (0.25, 2), (0.1, 1), (1 / 3, 3)])
def test_an_axis_has_as_many_digits_as_its_step(step, digits):
    assert axes.digits_of(step) == digits


def test_an_svg_is_blown_up_by_its_frame_alone():
    with house_style():
        figure = paper.Paper(Words("en", "AUD")).figure(2.0)
        plain, large = paper.as_svg(figure, 1.0).decode(), paper.as_svg(figure, 2.0).decode()
    assert f'width="{72 * 7.4:.10g}pt"' in plain and f'width="{2 * 72 * 7.4:.10g}pt"' in large
    assert plain.partition("viewBox")[2] == large.partition("viewBox")[2]


def test_a_frame_of_the_moving_picture_is_one_of_few_colours():
    with house_style():
        figure = paper.Paper(Words("en", "AUD")).figure(2.0)
        gif = animation.as_gif([animation.frame_of(figure), animation.frame_of(figure)])
    assert Image.open(io.BytesIO(gif)).format == "GIF"
