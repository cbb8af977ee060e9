"""People for whom effort is chosen in tests: somebody without joy, fear or hurry, and a usual month."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

import configs
from sim.compensation import bind
from sim.compensation.effort import effort_policy
from sim.world import Effort

FOLDER = Path(configs.__file__).parent
SHIPPED = Effort(
    **{name: node["value"] for name, node in yaml.safe_load((FOLDER / "world/effort.yaml").read_text()).items()}
)
INTENSITY, BILL, DAYS = 0.6, 250.0, 20  # twelve contracts of 250 in a month at effort 1
PLAN = INTENSITY * DAYS * BILL


def person(**numbers) -> Effort:
    """Somebody without joy, fear or hurry, unless told otherwise; toil of effort e costs 100 e e on a day."""
    plain = {"usual_pay_per_month": 10_000, "effort_cost_share_per_day": 0.02, "effort_max": 2.0}
    none = {"risk_aversion": 0.0, "impatience_per_week": 0.0, "intrinsic_share_per_contract": 0.0}
    return SHIPPED.model_copy(update={**plain, **none, **numbers})


def shipped(name: str):
    return bind(**yaml.safe_load((FOLDER / "scheme" / f"{name}.yaml").read_text(encoding="utf-8")))


def by_contracts(scheme, left: int, contracts, who: Effort, plan=PLAN, controlled=0.0, **more):
    """Effort with some days left, by contracts so far."""
    policy = effort_policy(scheme, plan, INTENSITY, BILL, DAYS, who, controlled, **more)
    return policy.effort(np.array(left), np.array(contracts))
