"""The package guard: what a zip-based workbook may contain, decided before any parser opens it (FU-2).

It inflates every part itself and counts the bytes, because the sizes that a package declares about itself are the
attacker's words, and Python 3.11.7 accepts overlapping parts (CVE-2024-0450).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from portal.evidence.parsing import limits

CHUNK = 1 << 16
_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*?\s)?r=["']([A-Z]{1,3})([0-9]{1,7})["'][^>/]*>(?!</)""")
_FORMULA_WITHOUT_VALUE = re.compile(rb"</f>(?:<v></v>|<v ?/>)?</c>|<f[^>]*/>(?:<v></v>|<v ?/>)?</c>")
_XML = (".xml", ".rels", ".vml")
_DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


class Unsafe(Exception):
    """The package must not be opened. `code` and `params` say why."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass
class Extent:
    """The used rectangle of a sheet from its first cell: what a reader would allocate for it."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    outermost: str = ""

    def include(self, rows: int, columns: int, cells: int, outermost: str) -> None:
        """Stretch the rectangle to `rows` × `columns`; `outermost` names the cell that did it."""
        if rows > self.rows or columns > self.columns:
            self.outermost = outermost
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        self.cells += cells

    def check(self, part: str) -> None:
        """Raises Unsafe when the rectangle is too large to hold."""
        area = self.rows * self.columns
        if area <= limits.MOST_AREA:
            return
        if self.cells * 10 < area:
            raise Unsafe("far_corner", cell=self.outermost, part=part)
        raise Unsafe("too_many_cells", cells=self.cells, most=limits.MOST_AREA)


@dataclass(frozen=True)
class Contents:
    """What the guard learned about a package that may be opened."""

    names: frozenset[str]
    formulas_without_value: int


def column_number(letters: bytes) -> int:
    """`A` → 1, `XFD` → 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def look_inside(path: Path) -> Contents:
    """Inflate and look at every part. Raises Unsafe with a code; the file is not changed."""
    try:
        with zipfile.ZipFile(path) as package, path.open("rb") as raw:
            members = package.infolist()
            if len(members) > limits.MOST_MEMBERS:
                raise Unsafe("package_members", members=len(members), most=limits.MOST_MEMBERS)
            names = frozenset(member.filename for member in members)
            _check_names(members)
            starts = _starts_of_bytes(raw, members, path.stat().st_size)
            inflated = formulas = 0
            for member in members:
                scan = _scanner(member.filename)
                size = 0
                for chunk in _inflate(raw, starts[member.header_offset], member):
                    size += len(chunk)
                    inflated += len(chunk)
                    if inflated > limits.MOST_INFLATED_BYTES:
                        raise Unsafe("package_inflated", most_mb=limits.MOST_INFLATED_BYTES // limits.MB)
                    if size > limits.RATIO_COUNTS_FROM and size > limits.MOST_RATIO * max(member.compress_size, 1):
                        raise Unsafe("package_ratio", most=limits.MOST_RATIO)
                    scan.take(chunk)
                if size != member.file_size:
                    raise Unsafe("package_damaged")
                formulas += scan.finish()
    except (zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, NotImplementedError, ValueError):
        raise Unsafe("package_damaged") from None
    return Contents(names, formulas)


def _check_names(members: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for member in members:
        name = member.filename
        if member.flag_bits & 0x1:
            raise Unsafe("password_protected")
        if name.startswith(("/", "\\")) or ":" in name or ".." in re.split(r"[/\\]", name) or "\x00" in name:
            raise Unsafe("package_path")
        if name in seen:
            raise Unsafe("package_overlap")
        seen.add(name)
        lowered = name.lower()
        if "vbaproject" in lowered or lowered.startswith(("basic/", "scripts/")):
            raise Unsafe("macros")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unsafe("package_damaged")


def _starts_of_bytes(raw: BinaryIO, members: list[zipfile.ZipInfo], size: int) -> dict[int, int]:
    """Where each part's bytes begin, by its header's place. Raises Unsafe when two parts share bytes."""
    starts: dict[int, int] = {}
    end_of_previous = 0
    for member in sorted(members, key=lambda each: each.header_offset):
        raw.seek(member.header_offset)
        header = raw.read(30)
        signature, name_length, extra_length = struct.unpack("<4s22xHH", header)
        if signature != b"PK\x03\x04":
            raise Unsafe("package_damaged")
        start = member.header_offset + 30 + name_length + extra_length
        if member.header_offset < end_of_previous:
            raise Unsafe("package_overlap")
        end_of_previous = start + member.compress_size
        if end_of_previous > size:
            raise Unsafe("package_damaged")
        starts[member.header_offset] = start
    return starts


def _inflate(raw: BinaryIO, start: int, member: zipfile.ZipInfo) -> Iterator[bytes]:
    raw.seek(start)
    left = member.compress_size
    inflater = zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
    while left:
        packed = raw.read(min(CHUNK, left))
        if not packed:
            raise Unsafe("package_damaged")
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed:
            chunk = inflater.decompress(packed, CHUNK * 4)
            packed = inflater.unconsumed_tail
            if chunk:
                yield chunk
            elif inflater.eof:
                break
    if inflater is not None:
        chunk = inflater.flush()
        if not inflater.eof:
            raise Unsafe("package_damaged")
        if chunk:
            yield chunk


def _scanner(name: str) -> _Part:
    lowered = name.lower()
    if lowered.startswith("xl/worksheets/") and lowered.endswith(".xml"):
        return _Worksheet(name)
    if lowered == "content.xml":
        return _OpenDocument(name)
    return _Markup(name) if lowered.endswith(_XML) else _Part(name)


class _Part:
    """A part that is only counted."""

    def __init__(self, name: str) -> None:
        self.name = name

    def take(self, chunk: bytes) -> None:
        """Look at the next inflated bytes. Raises Unsafe."""

    def finish(self) -> int:
        """The number of formulas that have no stored value."""
        return 0


class _Markup(_Part):
    """An XML part: declarations (entity bombs, references to other files) are refused in any encoding."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.tail = b""

    def take(self, chunk: bytes) -> None:
        window = self.tail + chunk
        if any(declaration in window for declaration in _DECLARATIONS):
            raise Unsafe("package_entities")
        self.tail = window[-32:]


class _Worksheet(_Markup):
    """A sheet of an xlsx: the cells that hold something decide the used rectangle, whatever `<dimension>` says."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.extent = Extent()
        self.formulas = 0
        self.rest = b""

    def take(self, chunk: bytes) -> None:
        super().take(chunk)
        text = self.rest + chunk
        # A cell and the tag after it must be seen together, to tell an empty cell from a filled one.
        cut = text.rfind(b"<c ")
        if cut < 0 or len(text) - cut > CHUNK:
            cut = max(text.rfind(b"<"), 0)
        self._scan(text[:cut])
        self.rest = text[cut:] if len(text) - cut <= CHUNK else b""

    def finish(self) -> int:
        self._scan(self.rest)
        self.extent.check(self.name)
        return self.formulas

    def _scan(self, text: bytes) -> None:
        self.formulas += len(_FORMULA_WITHOUT_VALUE.findall(text))
        places = _CELL.findall(text)
        if not places:
            return
        columns = {letters: column_number(letters) for letters in {place[0] for place in places}}
        widest = max(columns, key=lambda letters: columns[letters])
        lowest = max(places, key=lambda place: int(place[1]))
        outermost = max(lowest, (widest, lowest[1]), key=lambda place: columns[place[0]])
        self.extent.include(int(lowest[1]), columns[widest], len(places), b"".join(outermost).decode())


class _OpenDocument(_Part):
    """The content of an ods: repeated rows and columns are counted, never expanded."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.sheet = name
        self.rows = self.columns = self.pending_rows = 0
        self.row_repeat = self.cell_repeat = 1
        self.at = self.filled_to = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._declared
        self.parser.EntityDeclHandler = self._declared

    def take(self, chunk: bytes) -> None:
        self.parser.Parse(chunk, False)

    def finish(self) -> int:
        self.parser.Parse(b"", True)
        return 0

    def _declared(self, *_: Any) -> None:
        raise Unsafe("package_entities")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        match element:
            case "table:table":
                self.sheet = attributes.get("table:name", "")
                self.rows = self.columns = self.pending_rows = 0
            case "table:table-row":
                self.row_repeat = int(attributes.get("table:number-rows-repeated", "1"))
                self.at = self.filled_to = 0
            case "table:table-cell" | "table:covered-table-cell":
                self.at += int(attributes.get("table:number-columns-repeated", "1"))
                if "office:value-type" in attributes or "calcext:value-type" in attributes:
                    self.filled_to = self.at
            case "text:p":
                self.filled_to = max(self.filled_to, self.at)

    def _end(self, element: str) -> None:
        if element != "table:table-row":
            return
        self.pending_rows += self.row_repeat
        if self.filled_to:
            self.rows += self.pending_rows
            self.pending_rows = 0
            self.columns = max(self.columns, self.filled_to)
            if self.rows * self.columns > limits.MOST_AREA:
                raise Unsafe("far_corner", cell=f"rad {self.rows}", part=self.sheet)
