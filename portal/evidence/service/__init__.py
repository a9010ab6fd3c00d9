"""What changes evidence: files come in (`uploads`), are read (`readings`), and what a crash left is swept (`sweeps`).

Everybody else calls `receive`. The rest is the worker's.
"""

from portal.evidence.service.readings import (
    FileToRead,
    answer_questions,
    file_to_read,
    give_up,
    let_quarantine_go,
    record_reading,
)
from portal.evidence.service.sweeps import adopt, drop, needed_keys, stranded, waiting_to_be_let_go
from portal.evidence.service.uploads import Receipt, receive, receive_file, shown_name

__all__ = [
    "FileToRead",
    "Receipt",
    "adopt",
    "answer_questions",
    "drop",
    "file_to_read",
    "give_up",
    "let_quarantine_go",
    "needed_keys",
    "receive",
    "receive_file",
    "record_reading",
    "shown_name",
    "stranded",
    "waiting_to_be_let_go",
]
