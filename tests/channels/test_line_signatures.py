"""LINE: who may call the webhook, and which settings an account can have."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.channel import AccountError, Refused
from bots.line import LineChannel, inbound
from bots.line import settings as line_settings
from handlers.cards import Card
from tests.channels.line_samples import (
    GOLDEN_BODY,
    GOLDEN_SECRET,
    GOLDEN_SIGNATURE,
    PHOTO,
    account,
    event,
    letter,
)


@pytest.mark.parametrize("header", ["x-line-signature", "X-Line-Signature", "X-LINE-SIGNATURE"])
def test_the_published_example_is_accepted_under_any_spelling_of_the_header(header: str) -> None:
    assert inbound.verify([GOLDEN_SECRET], {header: GOLDEN_SIGNATURE}, GOLDEN_BODY)


def test_during_a_rotation_every_listed_secret_is_accepted() -> None:
    parsed = line_settings.parse({"channel_secret": f"{'0' * 32}, {GOLDEN_SECRET}", "access_token": "t"})
    assert parsed.channel_secrets == ("0" * 32, GOLDEN_SECRET)
    assert inbound.verify(parsed.channel_secrets, {"x-line-signature": GOLDEN_SIGNATURE}, GOLDEN_BODY)


async def test_an_account_without_usable_secrets_accepts_and_sends_nothing() -> None:
    async with aiohttp.ClientSession() as session:
        channel = LineChannel(session, "http://127.0.0.1:1", "http://127.0.0.1:1")
        broken = account(channel_secret="", access_token="")
        assert not channel.verify(broken, {"x-line-signature": _hmac("", GOLDEN_BODY)}, GOLDEN_BODY)
        result = await channel.send(broken, [Card(text="x")], letter())
        assert isinstance(result, Refused)
        assert result.reason == "unauthorised"
        assert await channel.photo(broken, event(message=PHOTO)) is None
        await channel.close()


def _hmac(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, algorithm).digest()).decode()


FORGED: dict[str, tuple[Mapping[str, str], bytes]] = {
    "no header": ({}, GOLDEN_BODY),
    "empty header": ({"x-line-signature": ""}, GOLDEN_BODY),
    "not base64": ({"x-line-signature": "ลายเซ็น\udcff"}, GOLDEN_BODY),
    "another secret": ({"x-line-signature": _hmac("f" * 32, GOLDEN_BODY)}, GOLDEN_BODY),
    "empty secret": ({"x-line-signature": _hmac("", GOLDEN_BODY)}, GOLDEN_BODY),
    "another algorithm": ({"x-line-signature": _hmac(GOLDEN_SECRET, GOLDEN_BODY, "sha512")}, GOLDEN_BODY),
    "hexadecimal": (
        {"x-line-signature": hmac.new(GOLDEN_SECRET.encode(), GOLDEN_BODY, hashlib.sha256).hexdigest()},
        GOLDEN_BODY,
    ),
    "cut short": ({"x-line-signature": GOLDEN_SIGNATURE[:-1]}, GOLDEN_BODY),
    "longer": ({"x-line-signature": GOLDEN_SIGNATURE + "="}, GOLDEN_BODY),
    "the body re-serialised": (
        {"x-line-signature": GOLDEN_SIGNATURE},
        json.dumps(json.loads(GOLDEN_BODY)).encode(),
    ),
    "the body with a newline": ({"x-line-signature": GOLDEN_SIGNATURE}, GOLDEN_BODY + b"\n"),
    "no body": ({"x-line-signature": GOLDEN_SIGNATURE}, b""),
    "bytes that are no text": ({"x-line-signature": GOLDEN_SIGNATURE}, b"\xff\xfe\x00"),
    "another header": ({"x-telegram-bot-api-secret-token": GOLDEN_SIGNATURE}, GOLDEN_BODY),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_refused(name: str) -> None:
    headers, body = FORGED[name]
    assert not inbound.verify([GOLDEN_SECRET], headers, body)


@given(body=st.binary(max_size=200), position=st.integers(0, 10**6), flip=st.integers(1, 255))
def test_any_changed_byte_breaks_the_signature(body: bytes, position: int, flip: int) -> None:
    body = body or b"{}"
    headers = {"x-line-signature": inbound.sign(GOLDEN_SECRET, body).decode()}
    assert inbound.verify([GOLDEN_SECRET], headers, body)
    changed = bytearray(body)
    changed[position % len(body)] ^= flip
    assert not inbound.verify([GOLDEN_SECRET], headers, bytes(changed))


@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"channel_secret": GOLDEN_SECRET},
        {"access_token": "token-of-the-clinic"},
        {"channel_secret": "has\x00nul", "access_token": "token-of-the-clinic"},
        {"channel_secret": GOLDEN_SECRET, "access_token": "two\nlines"},
        {"channel_secret": "long/access+token=", "access_token": GOLDEN_SECRET},
    ],
)
def test_unusable_secrets_are_refused_without_repeating_them(secrets: dict[str, str]) -> None:
    with pytest.raises(AccountError) as refused:
        line_settings.parse(secrets)
    assert not any(value in str(refused.value) for value in secrets.values())


def test_secrets_do_not_show_in_a_traceback() -> None:
    assert GOLDEN_SECRET not in repr(line_settings.parse(account().secrets))
