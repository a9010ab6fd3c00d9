"""The WSGI entry: `flask --app wsgi …` and any WSGI server use this."""

import sys

from portal import create_app
from portal.foundation.config import BadConfiguration

try:
    app = create_app()
except BadConfiguration as refused:
    sys.exit(str(refused))
