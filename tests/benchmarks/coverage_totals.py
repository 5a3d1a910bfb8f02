"""
Whether sums of struck counts lie inside: `python tests/benchmarks/coverage_totals.py`.

Run with `tests` on the path. Prints, for simulated records and for every real era of at least 15
counts, the share of sums that the 80 and the 90 % interval held, the share that the 80 % interval
of rows drawn apart held, and the median factor from its lower to its upper end.
"""

from __future__ import annotations

from struck_counts import real_eras, shares, strike_real, strike_simulated

CHOICES = 120


def main() -> None:
    """Print the figures."""
    print("simulated", shares([strike_simulated(seed) for seed in range(CHOICES)]).to_dict())
    for era, rows in real_eras().items():
        print(era, shares([strike_real(rows, seed) for seed in range(CHOICES)]).to_dict())


if __name__ == "__main__":
    main()
