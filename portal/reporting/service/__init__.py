"""The verbs of reporting: rounds are planned and opened (`rounds`), questions answered and files cited (`drafts`), reports
sent in, returned and approved (`submissions`)."""

from portal.reporting.service.drafts import cite, receive_and_cite, save_answer, save_answers, uncite
from portal.reporting.service.rounds import open_round, plan_round
from portal.reporting.service.submissions import approve, reopen, submit

__all__ = ["approve", "cite", "open_round", "plan_round", "receive_and_cite", "reopen", "save_answer", "save_answers", "submit", "uncite"]
