"""What every area stands on and what knows no domain word: settings, database, web doors, files, mail, jobs, time.

Foundation imports no area. Its tables (`models.py`) are about running a service, never about requirements.
"""
