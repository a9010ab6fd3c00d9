"""Reading a file: bytes in, a *reading* out. Pure: no Flask, no database, and nothing imported before it is needed.

    guard.py      is it a kind of file we take, and is it safe to open (package.py looks inside zip packages)
    tables.py     workbook.py and delimited.py give cells as text, with native numbers and dates beside them
    headings.py   which row is the header, which column is which
    numbers.py, times.py, cells.py   what a column's cells say, and which cells cannot be understood
    identity.py   no fødselsnummer gets in
    reading.py    the whole road for one file; rows.py the declared rules, figures and facts
    child.py      the same in a child process with hard limits, since a hostile file may abort the process
    messages.py   findings in words; report.py the answer of `flask evidence check`; command.py its arguments

A reading is a dict of plain JSON values:

    {"outcome", "file": {"name", "bytes", "sha256", "format"}, "parser": {"name", "version"}, "kind",
     "table": {"sheet", "header_row", "columns": {canonical: heading}, "rows", "rows_used", "candidates"} or null,
     "figures": {...} or null, "facts": {...} or null, "findings": [Finding.as_json()]}

Numbers are numbers, times are local ISO texts without a zone, and what is absent is null, never 0.
"""

PARSER = {"name": "kravsjekk-tables", "version": "1"}
"""Stored with every reading. Raise the version when the same bytes may give another answer."""
