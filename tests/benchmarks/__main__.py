"""`make bench`: every measurement in one run, printed as ratios. Nothing is asserted: the machine is not always the same."""

from __future__ import annotations

from tests.benchmarks import bench_pages, bench_reading

if __name__ == "__main__":
    for bench in (bench_pages, bench_reading):
        for row in bench.rows():
            print(row, flush=True)
