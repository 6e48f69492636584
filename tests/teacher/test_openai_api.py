"""A teacher behind a server that does everything wrong that servers do."""

from __future__ import annotations

import asyncio
import email.utils
import json
import socket
import time

import pytest

from evol.errors import RequestFailed, TeacherError
from evol.types import Sampling, Usage


def test_a_request_says_what_is_wanted_and_no_more(scene):
    reply = scene.reply(
        sampling=Sampling(temperature=0.5, top_p=0.9, max_tokens=77), sample=3, purpose="judge"
    )
    assert reply.text == "Four."
    assert reply.finish_reason == "stop"
    assert reply.usage == Usage(1, 11, 3)
    (request,) = scene.server.requests
    assert type(request.pop("seed")) is int
    assert request == {
        "model": "tiny",
        "messages": [{"role": "user", "content": "What is two and two?"}],
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 77,
    }
    assert "Bearer sk-secret" in scene.server.headers[0]


def test_each_draw_has_a_seed_of_its_own_and_keeps_it(scene):
    for sample in (0, 1, 0):
        scene.reply(sample=sample)
    first, second, again = (request["seed"] for request in scene.server.requests)
    assert first != second
    assert first == again


def test_a_server_of_ones_own_needs_no_key(scene):
    scene.settings = {"api_key": None}
    assert scene.reply().text == "Four."
    assert "sk-secret" not in scene.server.headers[0]


def test_address_and_key_come_from_the_environment(scene, monkeypatch):
    scene.settings = {"api_key": None, "base_url": None}
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")

    async def talk(teacher):
        monkeypatch.setenv("OPENAI_BASE_URL", scene.server.url)
        return await teacher.reply(scene.ask())

    assert scene.play(talk).text == "Four."
    assert "Bearer sk-environment" in scene.server.headers[0]


def test_without_key_and_address_it_says_what_to_set(scene):
    scene.settings = {"api_key": None, "base_url": None}
    with pytest.raises(TeacherError, match=r"OPENAI_API_KEY.*OPENAI_BASE_URL"):
        scene.play(lambda teacher: teacher.preflight())


def test_an_address_without_a_scheme_is_refused(scene):
    scene.settings = {"base_url": "localhost:8000/v1"}
    with pytest.raises(TeacherError, match="http://"):
        scene.play(lambda teacher: teacher.preflight())


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429},
        {"status": 408},
        {"status": 409},
        {"status": 500},
        {"status": 502, "body": b"<html>Bad Gateway</html>"},
        {"status": 503},
        {"status": 529},
        {"cut": 0},
        {"cut": 60},
        {"body": b'{"choices": [{"mess'},
        {"body": b"[]"},
        {"body": b'"text"'},
        {"body": b'{"choices": []}'},
        {"body": b'{"choices": null}'},
        {"body": b'{"choices": [7]}'},
        {"body": b'{"choices": [{"message": null}]}'},
        {"body": b'{"error": {"message": "provider is down"}}'},
        {"body": b'{"choices": [{"message": {"content": "caf\xc3 \xff"}}]}'},
        {"body": b"[" * 100_000},
    ],
    ids=lambda fault: str(fault)[:50],
)
def test_a_passing_fault_is_outlived(scene, fault):
    scene.script(scene.step(**fault), scene.step(**fault), scene.step())
    assert scene.reply().text == "Four."
    assert len(scene.server.requests) == 3
    assert scene.time.pauses == [0.5, 1.0]


def test_a_stalled_answer_is_given_up_and_asked_again(scene):
    scene.settings = {"timeout_s": 0.05, "concurrency": 1}
    scene.script(scene.step(cut=80, stall=True), scene.step(cut=0, stall=True), scene.step())
    assert scene.reply().text == "Four."
    assert scene.server.connections >= 3


def test_connections_are_used_again(scene):
    async def talk(teacher):
        for _ in range(5):
            await teacher.reply(scene.ask())

    scene.play(talk)
    assert scene.server.connections == 1


def test_no_more_requests_are_in_flight_than_allowed(scene):
    async def talk(teacher):
        await asyncio.gather(*[teacher.reply(scene.ask(str(i))) for i in range(40)])

    scene.play(talk)
    assert len(scene.server.requests) == 40
    assert scene.server.connections <= 4


@pytest.mark.parametrize(
    ("header", "value", "seconds"),
    [
        ("Retry-After", "7", 7),
        ("Retry-After", "2.5", 2.5),
        ("retry-after-ms", "1500", 1.5),
        ("Retry-After", "soon", 0),
        ("Retry-After", "-3", 0),
    ],
)
def test_the_named_pause_is_kept(scene, header, value, seconds):
    scene.script(scene.step(429, headers={header: value}), scene.step())
    scene.reply()
    assert scene.time.pauses == [seconds + 0.5]


def test_a_pause_beyond_patience_stops_the_run(scene):
    tomorrow = email.utils.formatdate(time.time() + 86_400, usegmt=True)
    scene.script(scene.step(429, scene.failure("daily limit"), {"Retry-After": tomorrow}))
    with pytest.raises(TeacherError, match=r"asked too often.*daily limit"):
        scene.reply()
    assert scene.time.pauses == []


def test_a_rate_limit_is_waited_out_longer_than_a_fault(scene):
    scene.script(*[scene.step(429)] * 20, scene.step())
    assert scene.reply().text == "Four."
    assert max(scene.time.pauses) == 30


def test_a_row_that_breaks_the_server_fails_alone(scene):
    def answer(body):
        return scene.step(500 if "poison" in body["messages"][0]["content"] else 200)

    async def talk(teacher):
        asked = [teacher.reply(scene.ask(text)) for text in ("one", "poison", "two")]
        return await asyncio.gather(*asked, return_exceptions=True)

    scene.server.script = answer
    one, poison, two = scene.play(talk)
    assert (one.text, two.text) == ("Four.", "Four.")
    assert isinstance(poison, RequestFailed)
    assert "in 8 tries" in str(poison)


def test_a_row_that_breaks_the_server_as_the_last_one_fails_after_a_control_question(scene):
    def answer(body):
        return scene.step(500 if "poison" in body["messages"][0]["content"] else 200)

    scene.server.script = answer
    with pytest.raises(RequestFailed):
        scene.reply(text="poison")
    assert any("ready" in request["messages"][0]["content"] for request in scene.server.requests)


def test_a_server_that_answers_nobody_stops_the_run(scene):
    async def talk(teacher):
        return await asyncio.gather(*[teacher.reply(scene.ask(str(i))) for i in range(10)])

    scene.script(scene.step(500, scene.failure("disk full")))
    with pytest.raises(TeacherError, match="disk full"):
        scene.play(talk)


def test_an_outage_costs_no_row(scene):
    steps = iter([scene.step(503)] * 8)
    scene.server.script = lambda body: next(steps, scene.step())
    assert scene.reply().text == "Four."


def test_a_server_that_is_gone_is_named(scene):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    scene.settings = {"base_url": f"http://127.0.0.1:{port}/v1"}
    with pytest.raises(TeacherError, match=f"127.0.0.1:{port}/v1 does not answer: no connection"):
        scene.play(lambda teacher: teacher.preflight())
    assert sum(scene.time.pauses) < 2


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_the_server_refuses_for_good_is_the_rows_verdict(scene, status):
    scene.script(scene.step(status, scene.failure("maximum context length\nis 64 tokens")))
    with pytest.raises(RequestFailed, match=f"{status}: maximum context length is 64 tokens"):
        scene.reply()
    assert len(scene.server.requests) == 1


def test_a_wrong_key_is_named_and_not_shown(scene):
    scene.script(scene.step(401, scene.failure("Incorrect API key provided: sk-secret.")))
    with pytest.raises(TeacherError, match=r"OPENAI_API_KEY") as raised:
        scene.play(lambda teacher: teacher.preflight())
    assert "sk-secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "code"), [(402, None), (429, "insufficient_quota")], ids=["no credit", "no quota"]
)
def test_an_unpaid_account_stops_the_run_at_once(scene, status, code):
    scene.script(scene.step(status, scene.failure("You exceeded your current quota.", code=code)))
    with pytest.raises(TeacherError, match="exceeded your current quota"):
        scene.reply()
    assert len(scene.server.requests) == 1


def test_denied_access_is_the_rows_fault_only_if_others_have_it(scene):
    scene.server.script = lambda body: scene.step(
        403 if "flagged" in body["messages"][0]["content"] else 200, scene.completion()
    )
    with pytest.raises(RequestFailed, match="403"):
        scene.reply(text="flagged")
    scene.script(scene.step(403, scene.failure("country not supported")))
    with pytest.raises(TeacherError, match="country not supported"):
        scene.reply()


def test_an_unknown_model_is_answered_with_those_there_are(scene):
    scene.script(scene.step(404, scene.failure("The model `tiny` does not exist.")))
    names = ["tiny-2", "other", *[f"model-{i}" for i in range(20)]]
    scene.server.models = scene.step(body=json.dumps({"data": [{"id": name} for name in names]}).encode())
    with pytest.raises(
        TeacherError, match=r"no model 'tiny'. Did you mean 'tiny-2'\? It has: tiny-2, other, .*12 more"
    ):
        scene.play(lambda teacher: teacher.preflight())


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"data": null}', b'{"data": [1]}', b"\xff"])
def test_an_unknown_model_is_said_without_a_list_where_the_server_has_none(scene, body):
    scene.script(scene.step(404, b'{"detail": "Not Found"}'))
    scene.server.models = scene.step(500, body)
    with pytest.raises(TeacherError, match=r"404: Not Found.*ends in /v1"):
        scene.play(lambda teacher: teacher.preflight())


def test_preflight_repeats_what_the_server_says_against_any_question(scene):
    scene.script(scene.step(400, scene.failure("chat template is missing")))
    with pytest.raises(TeacherError, match=r"even a short question.*chat template is missing"):
        scene.play(lambda teacher: teacher.preflight())


def test_preflight_outlives_a_passing_fault(scene):
    scene.script(scene.step(429), scene.step(cut=0), scene.step())
    scene.play(lambda teacher: teacher.preflight())
    assert len(scene.server.requests) == 3


def test_parameters_that_a_model_does_not_take_are_left_out(scene, caplog):
    def answer(body):
        for name in ("max_tokens", "top_p"):
            if name in body:
                error = scene.failure(
                    f"Unsupported parameter: {name}", param=name, code="unsupported_parameter"
                )
                return scene.step(400, error)
        return scene.step()

    scene.server.script = answer
    scene.reply(sampling=Sampling(max_tokens=9))
    assert scene.server.requests[-1]["max_completion_tokens"] == 9
    sent = scene.server.requests[-1].keys()
    assert sent == {"model", "messages", "temperature", "max_completion_tokens", "seed"}
    assert "takes no top_p" in caplog.text


def test_lone_surrogates_go_both_ways(scene):
    scene.script(scene.step(body=scene.completion("half \ud83d of a pair")))
    assert scene.reply(text="and \udc00 back").text == "half \ud83d of a pair"
    assert scene.server.requests[0]["messages"][0]["content"] == "and \udc00 back"


def test_push_back_lowers_the_limit(scene):
    scene.settings = {"concurrency": 64}

    async def talk(teacher):
        steps = iter([scene.step(429)] * 100)
        scene.server.script = lambda body: next(steps, scene.step())
        await asyncio.gather(*[teacher.reply(scene.ask(str(i))) for i in range(64)])
        return teacher.limit.limit

    assert scene.play(talk) < 64


def test_the_identity_is_the_model_wherever_it_is_served(scene):
    async def talk(teacher):
        return teacher.identity

    assert scene.play(talk) == "openai:tiny"
