"""The WSGI entry: `flask --app wsgi …` and any WSGI server use this."""

from portal import create_app

app = create_app()
