"""Delimited text (csv, txt): which encoding, which delimiter, and then every cell as text.

Nothing is typed here: a cell that cannot be understood must be reported as it stands (stack.md trap 3). The delimiter
is the one that makes most of the first lines equally wide; decimal commas inside a comma file are quoted by every
program that writes one.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from pathlib import Path

import polars as pl

from portal.evidence.parsing import limits
from portal.evidence.parsing.tables import Table, Unreadable

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 200
_CONTROL = bytes(set(range(32)) - {9, 10, 12, 13, 27})


def table_of(path: Path) -> Table:
    """The whole file as one table. Raises Unreadable when it is not text, or its quotes do not close."""
    content = as_utf8(path.read_bytes())
    if not content.strip():
        raise Unreadable("file_empty")
    if b"\n" not in content:
        content = content.replace(b"\r", b"\n")
    if content[:6].lower() in (b"sep=;\n", b"sep=,\n", b"sep=;\r", b"sep=,\r", b"sep=\t\n", b"sep=\t\r"):
        # Excel's own first line. It stays a row of the file, so that row numbers agree with what the user sees.
        delimiter = content[4:5].decode()
    else:
        delimiter = delimiter_of(content)
    width = _width(content, delimiter)
    if width > limits.MOST_COLUMNS:
        raise Unreadable("too_many_columns", columns=width, most=limits.MOST_COLUMNS)
    names = [f"c{index}" for index in range(width)]
    try:
        cells = pl.read_csv(
            content,
            has_header=False,
            separator=delimiter,
            schema=dict.fromkeys(names, pl.String),
            missing_columns="insert",
            truncate_ragged_lines=True,
        )
    except pl.exceptions.PolarsError:
        raise Unreadable("quotes_open") from None
    if cells.height > limits.MOST_ROWS + limits.HEADER_WITHIN:
        raise Unreadable("too_many_rows", rows=cells.height, most=limits.MOST_ROWS)
    trimmed = pl.all().str.strip_chars(" \t\r\n\u00a0\u202f\ufeff")
    return Table(cells.with_columns(trimmed.replace("", None)))


def as_utf8(content: bytes) -> bytes:
    """The bytes as UTF-8 without a byte order mark. Raises Unreadable when they are not text.

    UTF-8 and UTF-16 are recognised by their mark or by their form; what is neither is cp1252, the way Norwegian Excel
    saves csv.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            return _recoded(content, encoding)
    sample = content[:4096]
    zeros = sample.count(0)
    if zeros * 3 > len(sample):
        return _recoded(content, "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be")
    if zeros or sample.translate(None, _CONTROL) != sample:
        raise Unreadable("not_text")
    return content if _is_utf8(content) else _recoded(content, "cp1252")


def _is_utf8(content: bytes) -> bool:
    """Judged block by block: the decoded text of a large file is not worth its memory."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content), 1 << 20):
            decoder.decode(content[start : start + (1 << 20)])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _recoded(content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding).lstrip("\ufeff").encode()
    except UnicodeError:
        raise Unreadable("not_text") from None


def _sample(content: bytes) -> list[str]:
    """The first lines, whole ones only."""
    return content[: 1 << 18].decode("utf-8", errors="ignore").splitlines()[:SAMPLE_LINES]


def delimiter_of(content: bytes) -> str:
    """The delimiter: most lines with the same number (≥ 2) of fields, then most fields; `;` for a single column."""
    lines = [line for line in _sample(content) if line.strip()]

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            widths = Counter(len(fields) for fields in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            return (0, 0)
        several = [(count, width) for width, count in widths.items() if width > 1]
        return max(several, default=(0, 0))

    return max(DELIMITERS, key=fitness)


def _width(content: bytes, delimiter: str) -> int:
    """The widest line, counting every delimiter (a quoted one only makes an empty column more)."""
    mark = delimiter.encode()
    return max((line.count(mark) for line in io.BytesIO(content)), default=0) + 1
