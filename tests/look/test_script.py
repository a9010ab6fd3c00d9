"""The page's script in a real browser: what is typed is never lost, failures are seen, and focus has a place."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.look.gallery import Site

pytestmark = pytest.mark.browser

ERRORS = ("400", "403", "404", "405", "409", "413", "422", "429", "500", "503", "csrf", "expired")
LONG = "Bil nummer 22 leveres i oktober, sier forhandleren. Æ, ø og å. " * 155  # 9 800 characters


@pytest.fixture
def vehicle_list(tmp_path: Path) -> Path:
    path = tmp_path / "Bilpark Stødig 1H26.xlsx"
    path.write_bytes(b"x" * 300_000)
    return path


def send_file(page: Page, path: Path) -> None:
    page.set_input_files("#fil", path)
    page.click("form[data-upload] button")


def test_the_gallery_has_no_accessibility_violation_and_no_sideways_scroll(chromium: Browser, address: str, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(address)
    page.set_viewport_size({"width": 320, "height": 800})  # 1280 px at 400 % (WCAG 1.4.10)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.set_viewport_size({"width": width, "height": 900})
    for path in ["/", *(f"/feil/{name}" for name in ERRORS)]:
        page.goto(address + path)
        report = Axe().run(page)
        assert report.violations_count == 0, f"{path}: {report.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    context.close()


def test_what_is_typed_after_the_session_ended_is_sent_once_somebody_signs_in_in_another_tab(
    page: Page, site: Site, vehicle_list: Path
) -> None:
    site.signed_in = False
    page.fill("#svar", LONG)
    expect(page.locator("#session-expired")).to_be_visible()
    expect(page.locator("[data-save-state]")).to_have_text("Ikke lagret ennå")
    send_file(page, vehicle_list)
    assert site.received == []
    with page.context.expect_page() as opened:
        page.click("[data-sign-in]")
    opened.value.wait_for_load_state()
    expect(page.locator("#session-expired")).to_be_hidden()
    expect(page.get_by_text("Mottatt: filen")).to_be_visible()
    answers = [row["fields"]["svar"] for row in site.received if "svar" in row["fields"]]
    files = [row["files"]["fil"] for row in site.received if row["files"]]
    assert answers[-1].replace("\r\n", "\n") == LONG
    assert files == [(vehicle_list.name, 300_000)]
    assert {row["token"] for row in site.received} == {"second token"}


def test_nothing_is_sent_when_another_person_signs_in(page: Page, site: Site) -> None:
    site.signed_in = False
    page.fill("#svar", "min tekst")
    expect(page.locator("#session-expired")).to_be_visible()
    site.signed_in, site.person = True, "jonas"
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#trouble")).to_contain_text("logget inn som en annen person")
    assert site.received == []
    assert page.input_value("#svar") == "min tekst"


def test_an_answer_saves_itself_and_says_so_quietly(page: Page, site: Site) -> None:
    page.fill("#svar", "kort svar")
    expect(page.locator("[data-save-state]")).to_contain_text("Lagret kl.")
    assert site.received[-1]["fields"]["svar"] == "kort svar"
    assert site.received[-1]["token"] == "first token"
    assert page.inner_text("#live") == ""


def test_a_warning_comes_before_the_idle_end_and_one_press_stays(page: Page) -> None:
    page.clock.install()
    page.reload()
    page.clock.fast_forward("54:00")
    expect(page.locator("#session-ending")).to_be_hidden()
    page.clock.fast_forward("02:00")
    expect(page.locator("#session-ending")).to_be_visible()
    page.click("[data-stay]")
    expect(page.locator("#session-ending")).to_be_hidden()


def test_a_refusal_is_shown_and_the_text_stays(page: Page) -> None:
    page.fill("#grunn", "fordi tallene stemmer")
    page.click("#opptatt button")
    expect(page.locator("#trouble")).to_contain_text("Vedtaket er allerede fattet av Kari kl. 10.02.")
    assert page.input_value("#grunn") == "fordi tallene stemmer"
    page.click("[data-close-trouble]")
    expect(page.locator("#trouble")).to_be_hidden()


def test_losing_contact_is_told_and_the_text_stays(page: Page) -> None:
    page.fill("#grunn", "fordi tallene stemmer")
    page.context.set_offline(True)
    page.click("#opptatt button")
    expect(page.locator("#trouble")).to_contain_text("Vi får ikke kontakt med Kravsjekk")
    assert page.input_value("#grunn") == "fordi tallene stemmer"


def test_two_presses_are_one_submission(page: Page, site: Site) -> None:
    page.evaluate("() => { const button = document.querySelector('#vent button'); button.click(); button.click(); }")
    site.released.set()
    expect(page.get_by_text("Mottatt: vedtaket")).to_be_visible()
    assert len(site.received) == 1


def test_a_chosen_file_shows_its_name_and_size_and_the_answer_takes_the_place_of_the_page(
    page: Page, site: Site, vehicle_list: Path
) -> None:
    page.set_input_files("#fil", vehicle_list)
    expect(page.locator("[data-chosen-files]")).to_contain_text("Bilpark Stødig 1H26.xlsx")
    expect(page.locator("[data-chosen-files]")).to_contain_text("300 kB")
    page.click("form[data-upload] button")
    expect(page.get_by_text("Mottatt: filen")).to_be_visible()
    assert page.url.endswith("/?lagret=filen")
    assert [row["files"]["fil"] for row in site.received] == [(vehicle_list.name, 300_000)]


def test_the_keyboard_reaches_the_file_field_itself_and_the_zone_shows_it(page: Page) -> None:
    page.focus("[name=kun]")
    page.keyboard.press("Tab")
    expect(page.locator("#fil")).to_be_focused()
    assert page.locator(".file-drop__zone").evaluate("zone => getComputedStyle(zone).outlineStyle") == "solid"


def test_focus_goes_to_the_errors_when_a_form_comes_back(page: Page) -> None:
    expect(page.locator("[data-focus]")).to_be_focused()
    page.focus("#epost")
    page.click("#rett button")
    expect(page.locator("[data-focus]")).to_be_focused()
    page.click("[data-focus] a >> nth=0")
    expect(page.locator("#antall")).to_be_focused()


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(page: Page) -> None:
    expect(page.get_by_role("navigation", name="Hovedmeny")).to_be_hidden()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Hovedmeny")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Hovedmeny")).to_be_hidden()


def test_without_javascript_the_same_forms_work(chromium: Browser, address: str, site: Site, vehicle_list: Path) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#fil")).to_be_visible()
    send_file(page, vehicle_list)
    expect(page.get_by_text("Mottatt: filen")).to_be_visible()
    assert [row["files"]["fil"] for row in site.received] == [(vehicle_list.name, 300_000)]
    context.close()
