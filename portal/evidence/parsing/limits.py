"""The limits of reading, in one place, since the pages name them before an upload (FU-5, policy decision 8)."""

MB = 1024 * 1024

MOST_BYTES = 25 * MB
MOST_CSV_BYTES = 150 * MB
MOST_MEMBERS = 2_000
MOST_INFLATED_BYTES = 200 * MB
MOST_RATIO = 200
RATIO_COUNTS_FROM = MB
"""Small parts compress very well without harm; the ratio is judged from this many inflated bytes."""
MOST_ROWS = 1_000_000
MOST_AREA = 5_000_000
"""Cells of a sheet's used rectangle. The reader allocates the whole rectangle: two cells in opposite corners are 17
thousand million (stack.md trap 3)."""
MOST_COLUMNS = 500
HEADER_WITHIN = 60
"""Rows from the top in which a header is looked for."""

MEMORY_BYTES = 768 * MB
CPU_SECONDS = 30
WALL_SECONDS = 60
