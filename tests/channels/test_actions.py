"""Button tokens: small enough for every platform, good for ever for one recipient, and nothing else is one."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from itertools import product
from string import ascii_letters, digits
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import DomainError
from handlers.actions import CODES, NAMES, ActionSigner
from handlers.cards import Action
from handlers.routes import ROUTES

CLINIC, ACCOUNT, PERSON = UUID(int=1), UUID(int=2), "U" + "1" * 32
SIGNER = ActionSigner(("first secret",))
ACCEPT = Action("task.accept", UUID(int=7), 3, 9)
# Made by the first release. A person's chat is full of such buttons: no later release may refuse one.
FIRST_RELEASE = "AUUAKQAAAAAAAAAAAAAAAAAAAAcDAAAACYxSS6SK_tNY"

IDS = st.uuids().filter(lambda ident: ident.int != 0)
ACTIONS = st.builds(
    Action, st.sampled_from(sorted(CODES)), st.none() | IDS, st.integers(0, 255), st.integers(0, 2**32 - 1)
)
RECIPIENTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def raw(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def is_refused(
    token: str, clinic: UUID = CLINIC, account: UUID = ACCOUNT, recipient: str = PERSON, signer: ActionSigner = SIGNER
) -> bool:
    """True if the token is a bad button. Any exception but that one is a failure of the test."""
    try:
        signer.read(token, clinic, account, recipient)
    except DomainError as error:
        return error.code == "bad_button"
    return False


# What we sign


@given(ACTIONS, st.uuids(), st.uuids(), RECIPIENTS)
def test_every_action_comes_back_from_at_most_64_bytes(
    action: Action, clinic: UUID, account: UUID, recipient: str
) -> None:
    token = SIGNER.sign(action, clinic, account, recipient)
    assert len(token.encode()) <= 64
    assert set(token) <= set(ascii_letters + digits + "-_")
    assert SIGNER.read(token, clinic, account, recipient) == action


@pytest.mark.parametrize("name", CODES)
def test_every_name_fits_with_the_largest_of_everything(name: str) -> None:
    largest = Action(name, UUID(int=2**128 - 1), 255, 2**32 - 1)
    token = SIGNER.sign(largest, CLINIC, ACCOUNT, PERSON)
    assert len(token) <= 64
    assert SIGNER.read(token, CLINIC, ACCOUNT, PERSON) == largest


def test_a_button_of_the_first_release_still_works() -> None:
    assert SIGNER.read(FIRST_RELEASE, CLINIC, ACCOUNT, PERSON[:1] + "1") == ACCEPT


def test_numbers_of_actions_are_unique_and_fit() -> None:
    assert len(set(CODES.values())) == len(CODES)
    assert {code: name for name, code in CODES.items()} == NAMES
    assert all(0 <= code < 2**16 for code in CODES.values())


def test_every_button_that_is_routed_has_a_number() -> None:
    assert ROUTES.actions
    assert not ROUTES.actions.keys() - CODES.keys()


@pytest.mark.parametrize(
    "action", [Action("no.such"), Action("task.accept", choice=256), Action("form.pick", None, -1)]
)
def test_what_no_token_can_say_is_not_signed(action: Action) -> None:
    with pytest.raises((KeyError, struct.error)):
        SIGNER.sign(action, CLINIC, ACCOUNT, PERSON)


# What we refuse


def test_a_token_with_any_changed_byte_is_refused() -> None:
    body = raw(SIGNER.sign(ACCEPT, CLINIC, ACCOUNT, PERSON))
    for position, flip in product(range(len(body)), range(1, 256)):
        changed = bytearray(body)
        changed[position] ^= flip
        assert is_refused(text(bytes(changed))), (position, flip)


def test_a_token_with_any_changed_letter_is_refused() -> None:
    token = SIGNER.sign(ACCEPT, CLINIC, ACCOUNT, PERSON)
    for position, letter in product(range(len(token)), ascii_letters + digits + "-_"):
        if letter != token[position]:
            assert is_refused(token[:position] + letter + token[position + 1 :]), (position, letter)


@given(ACTIONS, st.uuids(), st.uuids(), RECIPIENTS, st.uuids(), RECIPIENTS)
def test_a_token_is_for_one_recipient_of_one_account_of_one_clinic(
    action: Action, clinic: UUID, account: UUID, recipient: str, other: UUID, stranger: str
) -> None:
    token = SIGNER.sign(action, clinic, account, recipient)
    assert is_refused(token, other, account, recipient) == (other != clinic)
    assert is_refused(token, clinic, other, recipient) == (other != account)
    assert is_refused(token, clinic, account, stranger) == (stranger != recipient)
    assert is_refused(token, account, clinic, recipient) == (account != clinic)


@given(st.text(st.characters(), max_size=70) | st.text(ascii_letters + digits + "-_+/= \n", max_size=70))
def test_garbage_is_a_bad_button(token: str) -> None:
    assert is_refused(token)


@given(st.binary(max_size=60))
def test_bytes_that_we_did_not_make_are_a_bad_button(body: bytes) -> None:
    assert is_refused(text(body))


@given(st.binary(min_size=8, max_size=8), st.sampled_from(sorted(CODES.values())))
def test_a_body_of_ours_with_a_guessed_signature_is_a_bad_button(mac: bytes, code: int) -> None:
    key_id = raw(SIGNER.sign(ACCEPT, CLINIC, ACCOUNT, PERSON))[1]
    body = struct.pack(">BBH16sBI", 1, key_id, code, bytes(16), 0, 0)
    assert is_refused(text(body + mac))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token[:-11],  # the body without its signature
        lambda token: token + "A",
        lambda token: token + "AAAA",
        lambda token: f" {token}",
        lambda token: f"{token}\n",
        lambda token: token * 2,
        lambda token: token.upper(),
        lambda token: token.replace("A", "ก"),
        lambda token: "\udcff" + token,
        lambda token: "\x00" * 44,
        lambda token: "A" * 1_000_000,
    ],
)
def test_a_token_that_is_cut_or_longer_or_of_other_letters_is_a_bad_button(spoil: Callable[[str], str]) -> None:
    assert is_refused(spoil(SIGNER.sign(ACCEPT, CLINIC, ACCOUNT, PERSON)))


# Keys


def test_the_newest_key_signs_and_a_retired_one_still_verifies() -> None:
    old, new, both = ActionSigner(("old",)), ActionSigner(("new",)), ActionSigner(("new", "old"))
    from_before, from_now = (s.sign(ACCEPT, CLINIC, ACCOUNT, PERSON) for s in (old, both))
    assert from_now == new.sign(ACCEPT, CLINIC, ACCOUNT, PERSON)
    assert both.read(from_before, CLINIC, ACCOUNT, PERSON) == ACCEPT
    assert both.read(from_now, CLINIC, ACCOUNT, PERSON) == ACCEPT
    assert is_refused(from_before, signer=new)
    assert is_refused(from_now, signer=old)


def test_every_key_in_force_verifies() -> None:
    secrets = ("newest", "newer", "old", "oldest")
    signer = ActionSigner(secrets)
    for secret in secrets:
        token = ActionSigner((secret,)).sign(ACCEPT, CLINIC, ACCOUNT, PERSON)
        assert signer.read(token, CLINIC, ACCOUNT, PERSON) == ACCEPT


def test_keys_whose_ids_are_alike_both_verify() -> None:
    """A key's id in the token is one byte of it: two keys share one in every 256th installation."""
    tokens = [ActionSigner((str(n),)).sign(ACCEPT, CLINIC, ACCOUNT, PERSON) for n in range(257)]
    ids = [raw(token)[1] for token in tokens]
    newer = next(n for n, ident in enumerate(ids) if ident in ids[:n])
    older = ids.index(ids[newer])
    both = ActionSigner((str(newer), str(older)))
    assert both.read(tokens[newer], CLINIC, ACCOUNT, PERSON) == ACCEPT
    assert both.read(tokens[older], CLINIC, ACCOUNT, PERSON) == ACCEPT


def test_no_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="secret key"):
        ActionSigner(())
