"""Evaluate models on benchmarks with the verifiers that a domain's rows are judged by.

`evaluate(EvaluationPlan(model, read_benchmark(file, domain="math"), out))` asks a model in a
folder, or `openai:MODEL`, every problem and returns an `Evaluation`: `.accuracy` with its 95 %
interval, `.problems` with every response and verdict. Importing this loads no torch.
"""

from evol.train.evaluation.asking import Decoding, EvaluationPlan, evaluate
from evol.train.evaluation.benchmark import Benchmark, Problem, read_benchmark
from evol.train.evaluation.results import Answered, Attempt, Evaluation, read_evaluation
from evol.train.evaluation.statistics import Estimate

__all__ = [
    "Answered",
    "Attempt",
    "Benchmark",
    "Decoding",
    "Estimate",
    "Evaluation",
    "EvaluationPlan",
    "Problem",
    "evaluate",
    "read_benchmark",
    "read_evaluation",
]
