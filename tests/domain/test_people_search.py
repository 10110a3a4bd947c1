"""Finding customers: whatever somebody remembers of a name, a number or a code, and never another clinic's."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.database.session import Engine
from domain.errors import DomainError
from domain.people import service as people
from domain.people.model import Sought
from domain.people.search import read_sought
from domain.unit import Actor
from tests.domain.clinic_factory import TestClinic, make_clinic, refused

KNOWN = (
    ("สมชัย ใจดี", "ต้น", "081-234-5678"),
    ("นภัสสร วงศ์ศิริ", "น้ำ", "089-111-2222"),
    ("กนกวรรณ ศักดิ์สิทธิ์", "นก", "0652223333"),
    ("Anna Berg", "", "+46 70 123 45 67"),
    ("คุณหญิง ณัฐธิดา", "เมย์", "0622224444"),
    ("José Müller", "", "0833334444"),
)


async def known(clinic: TestClinic, sales: Actor) -> None:
    async with clinic.by(sales) as unit:
        for name, nickname, phone in KNOWN:
            added = await people.create_customer(unit, name=name, phone=phone, source="t", owner_id=sales.user_id)
            if nickname:
                await people.change_customer(unit, added, nickname=nickname)


async def found(clinic: TestClinic, sales: Actor, text: str) -> list[str]:
    async with clinic.by(sales) as unit:
        return [customer.name for customer in await people.find_customers(unit, text)]


async def test_a_name_is_found_however_it_is_spelt(clinic: TestClinic, sales: Actor) -> None:
    await known(clinic, sales)
    for text, name in (
        ("สมชาย", "สมชัย ใจดี"),
        ("คุณสมชัย", "สมชัย ใจดี"),
        ("ตน", "สมชัย ใจดี"),
        ("น๊ก", "กนกวรรณ ศักดิ์สิทธิ์"),
        ("กนกวรรน", "กนกวรรณ ศักดิ์สิทธิ์"),
        ("สักสิด", "กนกวรรณ ศักดิ์สิทธิ์"),
        ("นํ้า", "นภัสสร วงศ์ศิริ"),
        ("นัทธิดา", "คุณหญิง ณัฐธิดา"),
        ("Ana", "Anna Berg"),
        ("ANNA", "Anna Berg"),
        ("anna burg", "Anna Berg"),
        ("jose muller", "José Müller"),
    ):
        assert (await found(clinic, sales, text))[:1] == [name], text
    assert await found(clinic, sales, "ปิยะพงษ์") == []


async def test_what_was_typed_stands_before_what_is_alike(clinic: TestClinic, sales: Actor) -> None:
    await known(clinic, sales)
    async with clinic.by(sales) as unit:
        for name in ("สมชาย", "สมชายดี"):
            await people.create_customer(unit, name=name, phone=None, source="t", owner_id=None)
    assert await found(clinic, sales, "สมชาย") == ["สมชาย", "สมชายดี", "สมชัย ใจดี"]


@pytest.mark.parametrize("text", ["0812345678", "๐๘๑-๒๓๔-๕๖๗๘", "+66 81 234 5678", "๐๘๑-๒๓๔", "5678", "345678"])
async def test_a_number_is_found_by_any_part_of_it(clinic: TestClinic, sales: Actor, text: str) -> None:
    await known(clinic, sales)
    assert await found(clinic, sales, text) == ["สมชัย ใจดี"]


@pytest.mark.parametrize("text", ["DRG-0003", "drg 3", "drg0003", "0003", "3", "๓"])
async def test_a_code_is_found_as_it_is_read_out(clinic: TestClinic, sales: Actor, text: str) -> None:
    await known(clinic, sales)
    assert (await found(clinic, sales, text))[:1] == ["กนกวรรณ ศักดิ์สิทธิ์"]


async def test_at_most_eight_are_found_and_signs_mean_themselves(clinic: TestClinic, sales: Actor) -> None:
    async with clinic.by(sales) as unit:
        for number in range(9):
            await people.create_customer(unit, name=f"แอน {number}", phone=None, source="t", owner_id=None)
    assert len(await found(clinic, sales, "แอน")) == 8
    assert await found(clinic, sales, "แ%น") == []
    for text in ("", "  ", "%", "--"):
        async with refused("bad_search"):
            await found(clinic, sales, text)


async def test_another_clinics_customer_is_never_found(engine: Engine, clinic: TestClinic, sales: Actor) -> None:
    await known(clinic, sales)
    other = await make_clinic(engine, "KAN")
    theirs = await other.staff("sales", "ฝน")
    for text in ("สมชัย", "0812345678", "5678", "DRG-0001", "1"):
        assert await found(other, theirs, text) == []
    async with other.by(theirs) as unit:
        await people.create_customer(unit, name="สมชัย", phone="0812345678", source="t", owner_id=None)
    assert await found(other, theirs, "0812345678") == ["สมชัย"]
    assert await found(clinic, sales, "0812345678") == ["สมชัย ใจดี"]


@given(st.text(max_size=100))
def test_any_text_with_a_letter_or_digit_can_be_looked_for(text: str) -> None:
    if any(char.isalnum() for char in " ".join(unicodedata.normalize("NFC", text).split())[:80]):
        assert read_sought(text, "DRG") != Sought()
        return
    with pytest.raises(DomainError, match="bad_search"):
        read_sought(text, "DRG")


@given(st.integers(0, 999_999))
def test_a_code_reads_the_same_with_and_without_the_clinics_name(number: int) -> None:
    texts = (str(number), f"{number:04}", f"DRG-{number:04}", f"drg {number}")
    assert {read_sought(text, "DRG").code for text in texts} == {f"DRG-{number:04}"}
