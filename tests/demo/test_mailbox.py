"""The demo's mailbox: links lead to where the demo is, also on another port than the settings tell."""

from portal.demo.views import links_here


def test_a_letters_links_lead_to_the_demo_where_it_is_visited() -> None:
    letter = "Begynn her:\nhttp://127.0.0.1:8000/invitasjon/1ng\n\nForhandleren: http://127.0.0.1:80001/x og https://bil.example/"
    assert links_here(letter, "http://127.0.0.1:8000", "http://127.0.0.1:8055/") == letter.replace("8000/", "8055/")


def test_on_its_own_address_a_letter_is_as_it_was_sent() -> None:
    letter = "http://127.0.0.1:8000/invitasjon/1ng"
    assert links_here(letter, "http://127.0.0.1:8000", "http://127.0.0.1:8000/") == letter
