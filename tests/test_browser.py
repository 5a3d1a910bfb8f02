"""The page in a real browser: nothing fetched, nothing refused, everything by keyboard."""

import os
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from toy_site import MET, toy_site, with_places

from maps.headline import counting_forces, headline
from maps.rows import as_rows
from maps.site import render_site

pytestmark = pytest.mark.browser

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HOSTILE = (
    "<script>window.ran=1</script>",
    '"><img src=x onerror="window.ran=1">',
    "</script><script>window.ran=1</script>",
    "javascript:window.ran=1",
    "Left\u202ethgir",
    "x" * 10_000,
)


def refuse(reason):
    if os.environ.get("PASSERSBY_REQUIRE_BROWSER") == "1":
        pytest.fail(f"PASSERSBY_REQUIRE_BROWSER=1, but {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        refuse("playwright is not installed")
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        refuse(f"none of {', '.join(CHROMIUM)} is on the path")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=program, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(toy_site(), tmp_path_factory.mktemp("site"))


def write(tables, folder):
    for name, content in render_site(tables).items():
        (folder / name).write_bytes(content)
    return folder


class Visit:
    """One page, with all that it complained of or asked for."""

    def __init__(self, browser, path, *, fragment="", **context):
        self.complaints, self.requests = [], []
        self.context = browser.new_context(
            **{
                "viewport": {"width": 1280, "height": 900},
                "reduced_motion": "reduce",
                **context,
            }
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(f"file://{path}{fragment}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def headline(self):
        return self.page.locator("#headline").inner_text().replace("\N{NO-BREAK SPACE}", " ")

    def elsewhere(self):
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


def expected(rows):
    everything = as_rows(toy_site().deployments)
    main, aside = headline(rows, counting=counting_forces(everything))
    return f"{main} ({aside})" if aside else main


@pytest.mark.parametrize("name", ["index.html", "embed.html", "table.html", "method.html"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_opens_from_disk_without_a_word(browser, folder, name, theme):
    with Visit(browser, folder / name, color_scheme=theme) as visit:
        visit.page.wait_for_timeout(100)
        assert visit.complaints == []
        assert visit.elsewhere() == []


def test_marks_are_drawn_as_vague_as_they_are(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        for kind, number in {"site": 1, "street": 1, "district": 1, "area": 1}.items():
            assert visit.page.locator(f"path.mark.{kind}").count() == number
        assert "hatch" in visit.page.locator("path.mark.area").evaluate(
            "e => getComputedStyle(e).fill"
        )


def test_script_and_python_write_the_same_headline(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        assert visit.headline() == expected(as_rows(toy_site().deployments))


@pytest.mark.parametrize(
    ("control", "value", "keep"),
    [
        ("force", "Essex Police", lambda row: row["force"] != MET),
        ("area", "Ash", lambda row: row["area_name"] == "Ash"),
        ("precision", "unknown", lambda row: row["precision"] == "unknown"),
        ("from", "2024-01-01", lambda row: row["date"] >= "2024"),
        ("to", "2023-05-06", lambda row: row["date"] in {"2023", "2023-04-06", "2023-05-06"}),
    ],
)
def test_filters_change_headline_list_and_address(browser, folder, control, value, keep):
    rows = [row for row in as_rows(toy_site().deployments) if keep(row)]
    with Visit(browser, folder / "index.html") as visit:
        box = visit.page.locator(f"#{control}")
        (box.fill if control in {"from", "to"} else box.select_option)(value)
        box.dispatch_event("change")
        assert visit.headline() == expected(rows)
        assert visit.page.locator("#list .entry:visible").count() == len(rows)
        address = visit.page.url
    with Visit(
        browser, folder / "index.html", fragment="#" + address.partition("#")[2]
    ) as again:
        assert again.headline() == expected(rows)


def test_search_and_clearing_an_empty_result(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        visit.page.fill("#q", "beech green")
        assert visit.page.locator("#list .entry:visible").count() == 3
        visit.page.fill("#q", "zzz")
        assert visit.headline().startswith("No deployments match.")
        visit.page.get_by_role("button", name="Clear the filters").click()
        assert visit.headline() == expected(as_rows(toy_site().deployments))


def test_popup_by_keyboard_and_back(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        page = visit.page
        page.locator(".folium-map").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert "somewhere in Ash: 2 deployments" in page.locator("#spoken").inner_text()
        page.keyboard.press("Enter")
        card = page.locator(".leaflet-popup .card")
        assert card.locator("h2").inner_text() == "Ash"
        assert "900 faces seen" in card.inner_text()
        # by keyboard, as the test's name says: the popup may still be moving into view
        page.get_by_role("button", name="Earlier deployment here").press("Enter")
        assert "28,220 faces seen" in card.inner_text()
        assert "grid.pdf, page 1, row 1" in card.inner_text()
        page.keyboard.press("Escape")
        assert page.locator(".leaflet-popup").count() == 0
        assert page.evaluate("document.activeElement.classList.contains('folium-map')")
        assert visit.complaints == []


def test_list_opens_popup_and_focus_returns(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        button = visit.page.locator("#list .entry", has_text="High St, Ash")
        button.focus()
        visit.page.keyboard.press("Enter")
        assert visit.page.locator(".leaflet-popup h2").inner_text() == "High St, Ash"
        assert "id=met-2024-01-10-1" in visit.page.url
        visit.page.keyboard.press("Escape")
        assert button.evaluate("e => e === document.activeElement")


def test_on_a_phone_a_row_opens_where_it_stands(browser, folder):
    with Visit(browser, folder / "index.html", viewport={"width": 375, "height": 812}) as visit:
        visit.page.locator("#list .entry", has_text="High St, Ash").click()
        assert visit.page.locator(".leaflet-popup").count() == 0
        assert "faces" in visit.page.locator(".card-inline").inner_text()
        visit.page.get_by_role("button", name="Show on the map").click()
        assert visit.page.locator(".leaflet-popup h2").inner_text() == "High St, Ash"
        assert visit.page.locator(".card-inline").count() == 0


def test_on_a_phone_a_long_list_waits(browser, tmp_path):
    tables = toy_site()
    copies = [
        tables.deployments.assign(deployment_id=tables.deployments["deployment_id"] + f"-{n}")
        for n in range(4)
    ]
    many = pd.concat(copies, ignore_index=True)
    folder = write(replace(tables, deployments=many), tmp_path)
    with Visit(browser, folder / "index.html", viewport={"width": 375, "height": 812}) as visit:
        entries = visit.page.locator("#list .entry:visible")
        assert entries.count() == 20
        visit.page.locator("#more").click()
        assert entries.count() == len(many)
        assert not visit.page.locator("#more").is_visible()
    with Visit(browser, folder / "index.html") as visit:
        assert visit.page.locator("#list .entry:visible").count() == len(many)
        assert not visit.page.locator("#more").is_visible()


def test_the_legend_covers_no_mark(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        legend = visit.page.locator("#legend").bounding_box()
        for mark in visit.page.locator("path.mark").all():
            box = mark.bounding_box()
            beside = box["x"] >= legend["x"] + legend["width"]
            above = box["y"] + box["height"] <= legend["y"]
            assert beside or above


@pytest.mark.parametrize("width", [375, 768, 1280])
def test_the_map_opens_on_its_first_view(browser, folder, width):
    size = {"width": width, "height": 900}
    with Visit(browser, folder / "index.html", viewport=size) as visit:
        mark = visit.page.locator("path.mark.area")
        opened = mark.bounding_box()
        visit.page.locator(".views button").first.click()
        assert mark.bounding_box() == pytest.approx(opened, abs=2)


def test_focus_on_the_map_is_seen_over_the_land(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        visit.page.locator("#share").focus()
        for _ in range(2):
            visit.page.keyboard.press("Tab")
        ring = visit.page.locator(".folium-map").evaluate(
            "e => [document.activeElement === e, getComputedStyle(e, '::after').zIndex]"
        )
        assert ring == [True, "690"]


def test_clearing_brings_the_map_back(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        mark = visit.page.locator("path.mark.area")
        before = mark.bounding_box()
        visit.page.select_option("#force", "Essex Police")
        visit.page.locator("#clear").click()
        after = mark.bounding_box()
        assert after == pytest.approx(before, abs=2)


def test_a_popup_stays_in_sight_while_the_map_moves(browser, folder):
    with Visit(browser, folder / "index.html", reduced_motion="no-preference") as visit:
        visit.page.get_by_role("button", name="All", exact=True).click()
        visit.page.wait_for_timeout(60)
        visit.page.locator("#list .entry", has_text="High St, Ash").click()
        card = visit.page.locator(".leaflet-popup .card")
        card.wait_for()
        visit.page.wait_for_timeout(400)
        frame = visit.page.locator(".map-box").bounding_box()
        assert card.bounding_box()["y"] >= frame["y"]


def test_paper_shows_the_whole_map_and_every_row(browser, folder):
    with Visit(
        browser, folder / "index.html", viewport={"width": 1280, "height": 900}
    ) as visit:
        visit.page.emulate_media(media="print")
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        frame = visit.page.locator(".folium-map").bounding_box()
        assert 600 < frame["width"] < 700, "180 mm"
        for mark in visit.page.locator("path.mark:not(.modelled)").all():
            box = mark.bounding_box()
            assert frame["x"] <= box["x"]
            assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        rows = visit.page.locator("#list .entry:visible").count()
        assert rows == len(toy_site().deployments)
        bars = visit.page.locator("#timeline svg").bounding_box()
        assert bars["width"] <= frame["width"]


def test_an_unknown_place_opens_in_the_list(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        visit.page.locator("#list .entry", has_text="Nowhere Lane").click()
        assert "not located" in visit.page.locator(".card-inline").inner_text()


def test_brush_by_keyboard(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        visit.page.locator("#handle-from").focus()
        for _ in range(2):
            visit.page.keyboard.press("ArrowRight")
        assert "from=2023-06-01" in visit.page.url
        assert visit.page.locator("#handle-from").get_attribute("aria-valuetext") == "June 2023"


def test_brush_by_pointer(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        box = visit.page.locator("#timeline").bounding_box()
        y = box["y"] + 60
        visit.page.mouse.move(box["x"] + box["width"] * 0.5, y)
        visit.page.mouse.down()
        visit.page.mouse.move(box["x"] + box["width"] * 0.9, y, steps=4)
        visit.page.mouse.up()
        assert "from=2023-" in visit.page.url
        assert "to=2024-" in visit.page.url


def test_size_by_faces_only_within_one_era(browser, folder):
    with Visit(browser, folder / "index.html") as visit:
        option = visit.page.locator("#size option[value=faces]")
        assert option.is_disabled()
        visit.page.fill("#from", "2023-12-01")
        visit.page.dispatch_event("#from", "change")
        assert not option.is_disabled()


def test_embed_code_fits_itself(browser, folder, tmp_path):
    with Visit(browser, folder / "index.html") as visit:
        visit.page.get_by_role("button", name="Share").click()
        snippet = visit.page.locator("#embed-field").input_value()
        assert "embed.html" in snippet
    host = tmp_path / "host.html"
    host.write_text(
        f"<!doctype html><title>host</title><body>{snippet}</body>", encoding="utf-8"
    )
    with Visit(browser, host) as visit:
        visit.page.wait_for_function("document.querySelector('iframe').height !== '640'")
        frame = visit.page.frames[1]
        height = frame.evaluate("document.documentElement.offsetHeight")
        assert int(visit.page.locator("iframe").get_attribute("height")) == height


def test_hostile_names_do_not_run(browser, tmp_path):
    folder = write(with_places(HOSTILE), tmp_path)
    for name in ("index.html", "embed.html", "table.html", "method.html"):
        with Visit(browser, folder / name) as visit:
            if name == "index.html":
                for entry in visit.page.locator("#list .entry").all():
                    entry.click()
            visit.page.wait_for_timeout(50)
            assert visit.page.evaluate("window.ran") is None
            assert visit.complaints == []


def test_without_javascript_there_are_picture_and_table(browser, folder):
    with Visit(browser, folder / "index.html", java_script_enabled=False) as visit:
        assert (
            visit.page.locator("noscript img").count() == 1
            or visit.page.locator("img.still, .still img").count() == 1
        )
        assert visit.elsewhere() == []
        assert not visit.page.locator("#legend").is_visible()
        assert not visit.page.locator(".timeline").is_visible()
    with Visit(browser, folder / "table.html", java_script_enabled=False) as visit:
        assert visit.page.locator("tbody tr").count() == len(toy_site().deployments)


def test_phone_has_no_sideways_scroll(browser, folder):
    for name in ("index.html", "embed.html", "table.html", "method.html"):
        with Visit(browser, folder / name, viewport={"width": 360, "height": 740}) as visit:
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("name", ["index.html", "method.html"])
@pytest.mark.parametrize(("width", "shape"), [(375, "slim"), (1280, "broad")])
def test_one_drawing_of_vagueness_is_shown_and_fits(browser, folder, name, width, shape):
    with Visit(browser, folder / name, viewport={"width": width, "height": 812}) as visit:
        page = visit.page
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        shown = page.locator(".vague .chart:visible")
        assert shown.count() == (1 if name == "index.html" else 2)
        for chart in shown.all():
            assert shape in chart.get_attribute("class").split()
            box = chart.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        fill = shown.first.locator("rect.area").first.evaluate("e => getComputedStyle(e).fill")
        assert "hatch" in fill
        assert visit.complaints == []


def test_on_a_phone_tables_of_words_are_told_row_by_row(browser, folder):
    size = {"width": 375, "height": 812}
    with Visit(browser, folder / "method.html", viewport=size) as visit:
        cells = visit.page.locator(".told td:visible")
        assert cells.count() > 20
        for cell in cells.all():
            box = cell.bounding_box()
            assert box["width"] > 300, "no column of single letters"
            assert box["x"] + box["width"] <= 375
        for table in visit.page.get_by_role("table").all():
            assert table.get_by_role("rowheader").count() > 0


def test_table_sorts(browser, folder):
    with Visit(browser, folder / "table.html") as visit:
        visit.page.get_by_role("button", name="Faces reported").click()
        visit.page.get_by_role("button", name="Faces reported").click()
        assert visit.page.locator("tbody tr").first.get_attribute("id") == "met-2023-04-06-1"
        assert (
            visit.page.locator("th[aria-sort=descending]")
            .inner_text()
            .startswith("Faces reported")
        )


def test_no_address_sizes_by_faces_across_eras(browser, folder):
    for name in ("index.html", "embed.html"):
        for size in ("faces", "nonsense"):
            with Visit(browser, folder / name, fragment=f"#size={size}") as visit:
                assert "size=" not in visit.page.url
                assert visit.complaints == []


def test_hours_of_some_rows_are_not_told_as_hours_of_all(browser, tmp_path):
    tables = toy_site()
    tables.deployments.loc[
        tables.deployments["deployment_id"] == "met-2023-05-06-1", "duration_h"
    ] = None
    with Visit(browser, write(tables, tmp_path) / "index.html") as visit:
        visit.page.locator("path.mark.site").hover(force=True)
        told = (
            visit.page.locator(".leaflet-tooltip")
            .last.inner_text()
            .replace("\N{NO-BREAK SPACE}", " ")
        )
    assert "2 deployments · 6 h stated for 1" in told
