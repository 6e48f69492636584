"""What happens between two steps: Ctrl-C ends in a checkpoint, and each log is a line a person reads."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

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
    """Return the TrainerCallback that heeds an interruption and says each log in a line."""
    from transformers import TrainerCallback

    class Watching(TrainerCallback):  # type: ignore[misc]
        def __init__(self) -> None:
            self._began, self._first = time.monotonic(), 0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._began, self._first = time.monotonic(), state.global_step

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if interruption.asked:
                control.should_log = control.should_save = control.should_training_stop = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if state.is_world_process_zero and logs:
                done, seconds = state.global_step - self._first, time.monotonic() - self._began
                if line := log_line(state.global_step, state.max_steps, logs, done / max(seconds, 1e-9)):
                    say(line)

    return Watching()


def log_line(step: int, steps: int, logs: dict[str, Any], rate: float) -> str:
    """Return one log in words, or an empty text for one that holds no loss; `rate` in steps a second."""
    named = {"loss": "loss", "reward": "reward", "eval_loss": "evaluation loss"}
    found = [f"{name} {float(logs[key]):.4f}" for key, name in named.items() if key in logs]
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
