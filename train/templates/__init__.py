"""Chat templates by name: for base models that have none, and the papers' published prompts.

Each renders the prompt alone as a prefix of prompt and answer, and ends the answer with its end
token inside a `{% generation %}` block, so that completion-only and assistant-only loss both serve.
Alpaca: Stanford Alpaca's training code, which WizardCoder's and WizardMath's follow. Vicuna:
FastChat's `vicuna_v1.1`, used by WizardLM 13B and up. WizardLM 7B: the instruction, a blank line
and `### Response:`. ChatML, Llama 2 and Llama 3: as those models publish them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from evol.errors import ConfigError, nearest

TEMPLATES: Final = ("chatml", "llama3", "llama2", "vicuna", "alpaca", "wizardlm")


def read_template(name: str) -> str:
    """Return a chat template's text: one of `TEMPLATES`, a Jinja file, or a model folder's own.

    Raises ConfigError where there is no such template.
    """
    if name in TEMPLATES:
        return (Path(__file__).parent / f"{name}.jinja").read_text(encoding="utf-8")
    path = Path(name).expanduser()
    try:
        if path.is_file():
            return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The chat template {path} cannot be read: {error}.") from error
    raise ConfigError(
        f"There is no chat template {name!r}.{nearest(name, TEMPLATES)} "
        f"Name one of {', '.join(TEMPLATES)}, or a Jinja file."
    )
