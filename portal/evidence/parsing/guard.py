"""Is this a file that we take, and is it safe to open? Extension ∧ magic ∧ structure; nothing is parsed here.

csv and txt have no magic: they must be decodable text that does not start like another format (`delimited.py` decides
about the text). xls has no zip to guard: encryption and macros are refused, the rest is the child process's matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from portal.evidence.parsing import limits, package
from portal.evidence.rules import shortened

TABLES = ("xlsx", "xls", "ods", "csv", "txt")
"""The extensions that are read as tables."""

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"SQLite format 3", "sqlite"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"PAR1", "parquet"),
)
_UTF16_NAME_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UTF16_NAME_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_UTF16_NAMES_WORKBOOK = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_XLS_FILEPASS = b"\x2f\x00\x36\x00"  # record 0x002F with the 54 bytes of RC4 encryption


@dataclass(frozen=True)
class Accepted:
    """The file may be opened as `format` (xlsx, xls, ods or csv). `notes` are codes worth a finding."""

    format: str
    notes: tuple[tuple[str, dict[str, Any]], ...] = ()


@dataclass(frozen=True)
class Refused:
    """The file is not taken. `code` and `params` as in a Finding."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


def extension_of(name: str) -> str:
    """`Ladelogg.CSV` → `csv`; no extension → an empty text."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")


def looks_like(start: bytes) -> str | None:
    """The format that the first bytes belong to, for formats with a mark of their own; None for plain text."""
    for magic, kind in _MAGIC:
        if start.startswith(magic):
            return kind
    if start[4:8] == b"ftyp":
        return "heic" if start[8:12] in (b"heic", b"heix", b"mif1", b"hevc", b"msf1") else "video"
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return "html"
    return "xml" if text.startswith((b"<?xml", b"<svg")) else None


def inspect(path: Path, name: str) -> Accepted | Refused:
    """Judge the bytes at `path`, called `name` by whoever sent them. Reads the file, changes nothing."""
    extension = extension_of(name)
    size = path.stat().st_size
    if extension == "xlsm" or extension in ("xltm", "xlsb", "xlam"):
        return Refused("macros", {"extension": extension})
    if extension in ("heic", "heif"):
        return Refused("heic")
    if extension not in TABLES:
        return Refused("type_not_allowed", {"extension": shortened(extension, 12)})
    if size == 0:
        return Refused("file_empty")
    most = limits.MOST_CSV_BYTES if extension in ("csv", "txt") else limits.MOST_BYTES
    if size > most:
        return Refused("file_too_large", {"mb": round(size / limits.MB, 1), "most_mb": most // limits.MB})
    with path.open("rb") as raw:
        seems = looks_like(raw.read(4096))
    if extension in ("csv", "txt"):
        return Accepted("csv") if seems is None else _mismatch(extension, seems)
    if seems == "ole":
        return _inspect_ole(path, extension)
    if extension == "xls" or seems != "zip":
        return _mismatch(extension, seems or "text")
    return _inspect_package(path, extension)


def _mismatch(extension: str, seems: str) -> Refused:
    return Refused("content_mismatch", {"extension": extension, "seems": seems})


def _inspect_ole(path: Path, extension: str) -> Accepted | Refused:
    content = path.read_bytes()
    if _UTF16_NAME_ENCRYPTED in content:
        return Refused("password_protected")
    if _UTF16_NAME_MACROS in content:
        return Refused("macros", {"extension": extension})
    if extension != "xls":
        return _mismatch(extension, "xls")
    if not any(workbook in content for workbook in _UTF16_NAMES_WORKBOOK):
        return _mismatch(extension, "ole")
    return Refused("password_protected") if _XLS_FILEPASS in content else Accepted("xls")


def _inspect_package(path: Path, extension: str) -> Accepted | Refused:
    try:
        contents = package.look_inside(path)
    except package.Unsafe as unsafe:
        return Refused(unsafe.code, unsafe.params)
    wanted = "xl/workbook.xml" if extension == "xlsx" else "content.xml"
    if wanted not in contents.names:
        return _mismatch(extension, _package_kind(contents.names))
    if contents.formulas_without_value:
        return Accepted(extension, (("formulas_without_value", {"cells": contents.formulas_without_value}),))
    return Accepted(extension)


def _package_kind(names: frozenset[str]) -> str:
    if "word/document.xml" in names:
        return "docx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "ods" if "content.xml" in names else "zip"
