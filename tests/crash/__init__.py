"""A long run that kills the portal at random moments while suppliers send files: `python -m tests.crash [ROUNDS] [SEED]`.

Too long for the ordinary tests, which kill it at named points (`tests/journeys/test_crash.py`).
"""
