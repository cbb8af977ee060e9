"""The gallery of the docs: every figure is there, small, and the page is what its command writes."""

import io
from pathlib import Path

from PIL import Image

from experiments.report import gallery
from experiments.report.pictures import catalogue, paper
from experiments.report.words import Words
from experiments.style import house_style

DOCS = Path(__file__).parents[2] / "docs"
LARGEST_BYTES, ALL_BYTES = 300_000, 1_200_000


def test_the_gallery_shows_every_figure_of_its_command():
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    names = [*catalogue.PICTURES, *catalogue.SWEPT]
    assert page == gallery.page_of(names, paper.Paper(Words("en", "AUD")))
    assert {path.name for path in (DOCS / "gallery").iterdir()} == {f"{name}.png" for name in names} | {
        f"{gallery.MOVING}.gif"
    }


def test_the_pictures_of_the_gallery_are_small():
    sizes = [path.stat().st_size for path in (DOCS / "gallery").iterdir()]
    assert max(sizes) < LARGEST_BYTES and sum(sizes) < ALL_BYTES


def test_a_small_picture_has_few_colours():
    with house_style():
        image = Image.open(io.BytesIO(gallery.small_png(paper.Paper(Words("en", "AUD")).figure(2.0))))
    assert image.mode == "P" and image.width == round(gallery.SMALL_DPI * paper.WIDTH_INCHES)
