"""Make the rows, train what is not trained yet, evaluate, and write the table and the chart."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "HF_HUB_OFFLINE": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
}
for variable, value in ENVIRONMENT.items():
    os.environ.setdefault(variable, value)

from bench.verification_pays.arms import ARMS, QUEUE, QUICK, Size, write_arms, write_test_sets  # noqa: E402
from bench.verification_pays.report import write_report  # noqa: E402
from bench.verification_pays.training import cpu_seconds, train_and_evaluate  # noqa: E402

DOCS = Path(__file__).parents[2] / "docs"


def arguments_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.verification_pays", description=__doc__)
    parser.add_argument("--work", type=Path, help="where all of it goes; running again goes on there")
    parser.add_argument("--quick", action="store_true", help="one seed and a few steps, to see that it works")
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds each arm is trained with")
    parser.add_argument("--only", choices=QUEUE, action="append", help="some of the experiments; repeatable")
    parser.add_argument(
        "--until", choices=("rows", "models", "report"), default="report", help="stop earlier"
    )
    parser.add_argument("--docs", action="store_true", help="write the chart and the tables into docs/")
    return parser.parse_args()


def main() -> int:
    """Do what the arguments ask; the exit status is 0."""
    arguments = arguments_given()
    size, seeds = (QUICK, 1) if arguments.quick else (Size(), arguments.seeds)
    work = arguments.work or Path("runs") / (
        "verification-pays-quick" if arguments.quick else "verification-pays"
    )
    write_test_sets(work, size)
    for experiment in arguments.only or QUEUE:
        for seed in range(seeds):
            began = cpu_seconds()
            write_arms(work, size, experiment, seed)
            print(f"{experiment} {seed}: rows, {cpu_seconds() - began:.0f} s of CPU", flush=True)
            for arm in ARMS[experiment] if arguments.until != "rows" else ():
                result = train_and_evaluate(work, size, experiment, arm, seed)
                said = "{rows} rows, {right} right, {solved} of {problems} solved, {train_cpu_s:.0f} s of CPU"
                name = f"{time.strftime('%H:%M')} {experiment} {seed} {arm}"
                print(f"{name}: {said.format(**result)}", flush=True)
    if arguments.until == "report":
        print(write_report(work, DOCS if arguments.docs else work))
    return 0


if __name__ == "__main__":
    sys.exit(main())
