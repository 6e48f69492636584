"""What happens between two steps: Ctrl-C ends in a checkpoint, and each log is a line a person reads."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

SECONDS: Final = "seconds"
"""What a log entry holds of ours: the seconds trained by then, earlier sessions included."""

Say = Callable[[str], None]


class Interruption:
    """Whether a person pressed Ctrl-C; the first asks for a checkpoint, the second stops at once."""

    def __init__(self, say: Say) -> None:
        self.asked = False
        self._say = say

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Listen in the main thread of a single process; elsewhere Ctrl-C is whoever's it was."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._say("Stopping after this step with a checkpoint; Ctrl-C again stops at once.")


def make_callback(interruption: Interruption, say: Say) -> Any:
    """Return the TrainerCallback that heeds an interruption and says each log in a line.

    Each loss is kept with the seconds trained by then, and each checkpoint holds the loss up to its
    step: a trainer that goes on from one knows neither what came before.
    """
    from transformers import TrainerCallback

    class Watching(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self._began, self._first, self._before = time.monotonic(), 0, 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._began, self._first = time.monotonic(), state.global_step
            self._before = trained_before(state.log_history)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if interruption.asked:
                control.should_save = control.should_training_stop = True
            control.should_log = control.should_log or control.should_save

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                state.log_history[-1][SECONDS] = self._before + time.monotonic() - self._began
            if state.is_world_process_zero and logs:
                done, seconds = state.global_step - self._first, time.monotonic() - self._began
                if line := log_line(state.global_step, state.max_steps, logs, done / max(seconds, 1e-9)):
                    say(line)

    return Watching()


def trained_before(history: Iterable[Mapping[str, Any]]) -> float:
    """Return the seconds that the sessions took in which a log's entries were made."""
    return max((float(entry.get(SECONDS, 0.0)) for entry in history), default=0.0)


def mean_loss(history: Iterable[Mapping[str, Any]], since: int, mean_since: float, steps: int) -> float:
    """Return the mean loss over all steps: what was logged up to step `since`, and the mean after it."""
    total, last = 0.0, 0
    for entry in history:
        if "loss" in entry and entry["step"] <= since:
            total += float(entry["loss"]) * (entry["step"] - last)
            last = entry["step"]
    return (total + mean_since * (steps - since)) / steps if steps else mean_since


def log_line(step: int, steps: int, logs: dict[str, Any], rate: float) -> str:
    """Return one log in words, or an empty text for one that holds no loss; `rate` in steps a second."""
    named = {"loss": "loss", "reward": "reward", "eval_loss": "evaluation loss"}
    found = [f"{name} {float(logs[key]):.4f}" for key, name in named.items() if logs.get(key) is not None]
    if not found:
        return ""
    if "learning_rate" in logs:
        found.append(f"learning rate {float(logs['learning_rate']):.2g}")
    left = (steps - step) / rate if rate else 0.0
    return f"step {step}/{steps}: {', '.join(found)}, {rate:.3g} steps/s, {duration(left)} left"


def duration(seconds: float) -> str:
    """Return a time in words, in the two largest units that matter."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
