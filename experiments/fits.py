"""Fits of world numbers to reference data: `python -m experiments.fits` prints those of configs/world/bills.yaml."""

from __future__ import annotations

import csv
import gzip
import math
from importlib.resources import files
from typing import Any

SEGMENTS = {"micro": "SOHO", "small": "VSE", "medium": "SME"}
CUT = 500.0  # the source leaves out accounts above this bill (a month)
EVEN, ODD = 0, 1


def customers(segment: str, parity: int) -> tuple[Any, Any]:
    """Log of lines and of the bill of one segment: even customer numbers are for fitting, odd ones for checking."""
    import numpy as np

    raw = files("configs").joinpath("data/b2b_churn_bg/customers.csv.gz").read_bytes()
    rows = csv.DictReader(gzip.decompress(raw).decode("utf-8").splitlines())
    chosen = [row for row in rows if row["segment"] == segment and int(row["customer"]) % 2 == parity]
    lines, bill = (np.log([float(row[name]) for row in chosen]) for name in ("lines", "revenue"))
    return lines, bill


def fit_bills(parity: int = EVEN) -> dict[str, dict[str, float]]:
    """Median of lines, spreads of the logs and their correlation by size class."""
    found = {size: fit_segment(*customers(segment, parity)) for size, segment in SEGMENTS.items() if size != "medium"}
    found["medium"] = fit_lines_only(customers(SEGMENTS["medium"], parity)[0], found["small"])
    found["large"] = extrapolated(found)
    return found


def fit_segment(lines: Any, bill: Any) -> dict[str, float]:
    """A bivariate lognormal of which only bills below the cut are seen: the bill first, then lines given the bill."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.stats import norm

    cut = math.log(CUT)

    def misfit(x: Any) -> float:
        sd = math.exp(x[1])
        return -float(norm.logpdf(bill, x[0], sd).sum() - bill.size * norm.logcdf((cut - x[0]) / sd))

    best = minimize(misfit, [bill.mean(), math.log(bill.std())], method="Nelder-Mead", options={"xatol": 1e-7})
    mean, sd = float(best.x[0]), math.exp(best.x[1])
    slope = float(np.cov(lines, bill)[0, 1] / bill.var(ddof=1))
    rest = float((lines - lines.mean() - slope * (bill - bill.mean())).std())
    lines_sd = math.hypot(rest, slope * sd)
    return {
        "lines_median": math.exp(lines.mean() + slope * (mean - bill.mean())),
        "lines_log_sd": lines_sd,
        "usage_log_sd": sd,
        "lines_usage_correlation": slope * sd / lines_sd,
        "bill_median": math.exp(mean),
    }


def fit_lines_only(lines: Any, neighbour: dict[str, float]) -> dict[str, float]:
    """Medium accounts: the cut takes so many away that only lines are described; the spread of bills is borrowed."""
    own = {"lines_median": math.exp(lines.mean()), "lines_log_sd": float(lines.std())}
    return own | {name: neighbour[name] for name in ("usage_log_sd", "lines_usage_correlation")}


def extrapolated(
    found: dict[str, dict[str, float]], employees: tuple[float, ...] = (3.07, 19.2, 522.0)
) -> dict[str, float]:
    """Large accounts, absent in the source: lines go on growing with employees as from micro to small."""
    micro, small, large = employees
    slope = math.log(found["small"]["lines_median"] / found["micro"]["lines_median"]) / math.log(small / micro)
    return found["medium"] | {"lines_median": found["small"]["lines_median"] * (large / small) ** slope}


def main() -> None:
    """Print the fit on even customers beside the one on odd ones."""
    even, odd = fit_bills(EVEN), fit_bills(ODD)
    print(f"{'class':8}{'number':28}{'even (committed)':>18}{'odd (check)':>14}")
    for size, numbers in even.items():
        for name, value in numbers.items():
            print(f"{size:8}{name:28}{value:18.3g}{odd[size][name]:14.3g}")


if __name__ == "__main__":
    main()
