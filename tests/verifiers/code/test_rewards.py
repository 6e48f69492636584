"""The code verifier as a reward function of TRL."""

from evol.verifiers.code.rewards import code_reward

RIGHT = "Sure:\n```python\ndef add(a, b):\n    return a + b\n```"
WRONG = "```python\ndef add(a, b):\n    return a - b\n```"
TESTS = ["assert add(1, 2) == 3"]


def test_rewards_follow_the_verdicts(verifier):
    reward = code_reward(verifier)
    assert reward.__name__ == "code_reward"
    columns = {"tests": [TESTS, TESTS, ["assert add("], TESTS]}
    completions = [RIGHT, WRONG, RIGHT, "I do not know."]
    assert reward(["p"] * 4, completions, completion_ids=[[1]] * 4, **columns) == [1.0, 0.0, None, 0.0]


def test_chat_completions_and_data_set_columns(verifier):
    chat = [[{"role": "assistant", "content": RIGHT}], [{"role": "assistant", "content": WRONG}]]
    tests = ["def check(c):\n    assert c(1, 2) == 3"] * 2
    assert code_reward(verifier)(
        ["p"] * 2, chat, trainer_state=object(), test=tests, entry_point=["add"] * 2
    ) == [1.0, 0.0]


def test_reasons_and_shares_are_logged(verifier):
    extra, metrics = {}, {}
    code_reward(verifier)(
        ["p"] * 2,
        [RIGHT, WRONG],
        log_extra=extra.__setitem__,
        log_metric=metrics.__setitem__,
        tests=[TESTS, TESTS],
    )
    assert extra == {"code_verdict": ["tests_passed", "tests_failed"]}
    assert metrics == {"code_reward/tests_passed": 0.5, "code_reward/tests_failed": 0.5}


def test_no_completions_have_no_rewards(verifier):
    assert code_reward(verifier)([], []) == []
