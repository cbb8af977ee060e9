"""The report where it is read: in a real browser at several widths, and as pages of paper turned into pictures."""

import numpy as np
import pytest

from experiments.cli import main
from tests.browser import opened
from tests.tiny import tiny_folder

pytestmark = pytest.mark.timeout(900)
QUICK = ("months=3", "warmup=1", "replications=2", "engine=serial", "quiet=true", "record.events=false")
WIDTHS = {"phone": (360, "screen"), "laptop": (1280, "screen"), "A4": (794 - 2 * 60, "print")}
OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter(one => {
  if (one.closest('.wide') && !one.matches('.wide')) return false;  // wide tables scroll inside their frame
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.right > document.documentElement.clientWidth + 1 || box.left < -1);
}).map(one => one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 40))"""
BROKEN_WORDS = """() => [...document.querySelectorAll('td.word, th.word')].filter(one => {
  const words = document.createRange();
  words.selectNodeContents(one);
  const lines = new Set([...words.getClientRects()].map(box => Math.round(box.top))).size;
  return lines > 3 && one.textContent.trim().length / lines < 4;  // a letter or two a line
}).map(one => one.textContent.trim().slice(0, 40))"""
CUT_TABLES = """() => [...document.querySelectorAll('.wide')].filter(one => one.scrollWidth > one.clientWidth + 1)
  .map(one => one.textContent.trim().slice(0, 40))"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A report of a tiny city in each language."""
    place = tmp_path_factory.mktemp("pages")
    (place / "city").mkdir()
    city = tiny_folder(place / "city")
    runs = place / "runs"
    assert main(["forecast", f"city={city}", f"out={runs}", *QUICK, "department.reps=2"]) == 0
    for language in ("en", "pl"):
        words = (f"language={language}", f"out={place / language}", "client=Łódź Telekom")
        assert main(["report", str(runs), *words]) == 0
    return place


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("name", WIDTHS)
def test_the_page_fits_and_says_nothing_to_the_console(reports, name, language):
    width, media = WIDTHS[name]
    with opened(reports / language / "report.html", width, media=media) as (page, complaints):
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert page.evaluate(OVERFLOWING) == []
        assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert page.evaluate(BROKEN_WORDS) == []
        if media == "print":
            assert page.evaluate(CUT_TABLES) == []  # paper does not scroll
        assert complaints == []


def test_every_chapter_of_the_contents_is_there(reports):
    with opened(reports / "pl" / "report.html", 1280) as (page, _):
        links = page.evaluate("[...document.querySelectorAll('nav a')].map(one => one.getAttribute('href'))")
        assert len(links) >= 8
        assert page.evaluate("links => links.every(one => document.querySelector(one))", links)


@pytest.mark.parametrize("language", ["en", "pl"])
def test_pages_of_paper_hold_ink_and_leave_their_margins_white(reports, language):
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed (it is in the dev extras)")
    document = pdfium.PdfDocument(reports / language / "report.pdf")
    assert len(document) >= 8
    for number, page in enumerate(document):
        shades = np.asarray(page.render(scale=1).to_pil().convert("L"))
        edge = 30  # points; the margins are 48 wide
        inside = shades[edge:-edge, edge:-edge]
        assert (inside < 128).mean() > 0.002, f"page {number + 1} is empty"
        for margin in (shades[:, :edge], shades[:, -edge:], shades[:edge]):
            assert (margin > 200).all(), f"page {number + 1} runs into its margin"


@pytest.mark.parametrize(("language", "said"), [("en", "Summary"), ("pl", "Podsumowanie")])
def test_the_summary_takes_the_first_two_pages(reports, language, said):
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed (it is in the dev extras)")
    document = pdfium.PdfDocument(reports / language / "report.pdf")
    texts = [page.get_textpage().get_text_range() for page in document]
    assert said in texts[0]
    chapters = {"en": "How the numbers come about", "pl": "Skąd biorą się liczby"}[language]
    first = next(number for number, text in enumerate(texts) if text.lstrip().startswith(chapters))
    assert first == 2
