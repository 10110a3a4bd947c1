"""The treatment: every light of the start gate, protocol and lot, pauses, a colleague who takes over, a stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.cards import Action
from tests.stories.forgery import token
from tests.stories.scenes import (
    MINT,
    NAN,
    a_task_waits,
    accepts,
    begins,
    joins_team,
    new_member,
    sets_time,
    takes_payment,
    ticks,
    two_beauticians,
)
from tests.stories.world import Time, World

PAIRS = [("line", "th"), ("telegram", "en")]
STOP_CHECK = {"th": "ทรีตเมนต์วันนี้หยุดก่อนเสร็จ", "en": "today's treatment was stopped early"}
SYMPTOMS = {"th": "มีอาการ", "en": "Symptoms"}
DOCTOR = "พญ.สาธิต ใจดี"


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_what_is_red_is_put_right(world: World, channel: str, language: str) -> None:
    """Not all is paid, nobody saw her come, the text is an old one, she is pregnant: one card, one way for each."""
    mint = await joins_team(world, "beautician", MINT, channel, language)
    ploy = await joins_team(world, "manager", "คุณพลอย", channel, language)
    doctor = await joins_team(world, "doctor", DOCTOR, channel, language)
    jay, _ = await a_task_waits(world, mint)
    await accepts(mint)
    for sql in (
        "update workflow_states set agreed_satang = agreed_satang + 10000, arrived_at = null",
        "update appointments set state = 'booked', arrived_at = null",
        "update consents set version = '0' where purpose = 'health_record'",
        "insert into health_alerts (clinic_id, customer_id, kind, text, blocks, noted_at) select clinic_id,"
        " customer_id, 'pregnancy', 'ตั้งครรภ์ 5 เดือน', true, created_at from workflow_states",
    ):
        await world.truth(sql)

    await mint.taps("Start")
    due = mint.t("🔴 {due} is still due", due=mint.words.money(10_000))
    alert = mint.t("🔴 {alerts}: only a doctor may decide", alerts="ตั้งครรภ์ 5 เดือน")
    unseen, unsigned = "🔴 Nobody has written down that they are here", "🔴 The current text is not signed yet"
    await mint.sees(("Not ready to start yet", due, unseen, unsigned, alert, "🟢"))
    await mint.taps("They are here")
    await jay.sees("Nat has arrived")
    await mint.sees(("Not ready to start yet", due, unsigned, alert))
    await mint.taps("Record paper consent")
    asks = mint.t("Let {name} read and sign this on paper, and keep the sheet:", name="Nat")
    await mint.sees((asks, "For your safety we ask to keep health data"))  # as Nat reads it, whatever Mint does
    await mint.taps("Signed on paper")
    await mint.sees(("Not ready to start yet", due, alert))
    given = await world.truth("select language, text_hash from consents where purpose = 'health_record' order by at")
    assert given[0] == given[1]  # what Nat agreed to in her own chat, and what she signed

    await mint.taps("Ask a manager")
    await mint.sees("They have been asked. You hear from us as soon as somebody answers.")
    await ploy.sees(("May this start?", "Nat"))
    assert "ตั้งครรภ์" not in (await ploy.newest())["text"]
    await ploy.taps("Let it start")
    await ploy.sees(
        ploy.t("You answer for “{gate}” with your name. Why may it start? Choose or write.", gate=ploy.t("Paid"))
    )
    await ploy.taps("Pays after the treatment")
    await ploy.sees(ploy.t("Thank you. {name} can start now.", name=MINT))
    await mint.sees(mint.t("Pays after the treatment"))
    await mint.taps("Start")
    await mint.sees(("Not ready to start yet", alert))
    await mint.taps("Ask a doctor")
    await mint.sees("They have been asked. You hear from us as soon as somebody answers.")
    await doctor.sees(("May this start?", "🤰 Pregnancy", "ตั้งครรภ์ 5 เดือน"))
    await doctor.taps("Treat anyway")
    await doctor.sees("Choose or write." if language == "en" else "เลือกหรือพิมพ์เหตุผล")
    await doctor.says("ตรวจแล้ว ใช้สูตรอ่อนโยน")
    await doctor.sees(doctor.t("Thank you. {name} can start now.", name=MINT))
    await mint.sees("ตรวจแล้ว ใช้สูตรอ่อนโยน")
    await mint.taps("Start")
    await mint.sees(("Treatment under way", "🤰 Pregnancy"))
    given = await world.one_truth("select data -> 'overrides' from workflow_actions where action = 'start'")
    assert "คุณพลอย" in given
    assert DOCTOR in given


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_protocol_and_lot_before_the_end(world: World, channel: str, language: str) -> None:
    """A filler by the doctor: line by line, then the lot, then the note; after the end it is only amended."""
    doctor = await joins_team(world, "doctor", DOCTOR, channel, language)
    jay = await joins_team(world, "sales", "คุณเจ", channel, language)
    nat = await new_member(world, jay, "Nat", channel, language)
    await takes_payment(jay, nat)
    await world.truth("update courses set treatment_id = (select id from treatments where code = 'FIL')")
    await sets_time(jay, doctor)
    await accepts(doctor)
    await doctor.taps("Start")
    await doctor.sees("Treatment under way")
    line = {"th": "มีไฮยาลูโรนิเดสในห้อง", "en": "Hyaluronidase in the room"}[language]
    await doctor.taps(f"☐ {line}")
    await doctor.sees((f"☑ {line}", DOCTOR))
    await doctor.taps("Complete")
    left = {"th": "ตรวจการไหลเวียนเลือดก่อนกลับ", "en": "Capillary refill checked before leaving"}[language]
    await doctor.sees((left, "Treatment under way"))
    await ticks(doctor, "During", "After")
    await doctor.taps("Complete")
    await doctor.sees("Write down the lot number first: press More, then Add lot.")
    await doctor.taps("More")
    await doctor.sees("Nat")
    await doctor.taps("Add lot")
    await doctor.sees("Which lot number is on the label?")
    await doctor.says("HA-7731")
    await doctor.sees("How much was used, with its unit? Like 1 ml or 20 units.")
    await doctor.says("1 ml")
    await doctor.sees("Where? Choose or write.")
    await doctor.taps("Lips")
    await doctor.sees(("Write down this lot?", "HA-7731", "1 ml", "Lips"))
    await doctor.taps("Confirm")
    await doctor.sees(("Written down.", "HA-7731"))
    await doctor.taps("Complete")
    await doctor.sees(doctor.t("How did it go with {name}? Choose a note or write your own.", name="Nat"))
    await doctor.taps("Skin fine, aftercare explained")
    await doctor.sees("Complete this treatment?")
    await doctor.taps("Complete")
    await doctor.sees(("Treatment completed", "Skin fine, aftercare explained"))
    await nat.sees("Your treatment is complete")
    await doctor.taps("Amend note")
    await doctor.sees("What should be noted? Choose or write.")
    await doctor.says("บวมเล็กน้อยที่มุมปาก")
    await doctor.sees(
        ("Written down. What was written before stays.", "Skin fine, aftercare explained", "บวมเล็กน้อยที่มุมปาก")
    )


@pytest.mark.parametrize(("channel", "language"), PAIRS)
async def test_paused_handed_over_and_stopped(world: World, time: Time, channel: str, language: str) -> None:
    """Mint pauses and hands over with her ticks; Nan goes on until the device fails, and the customer goes home.

    Ten minutes later the customer is asked how they feel, and who treated hears of it.
    """
    mint, nan = await two_beauticians(world, channel, language)
    jay, nat = await a_task_waits(world, mint, nan)
    await accepts(mint, nan)
    await begins(mint)
    await mint.taps("More")
    await mint.sees("Nat")
    await mint.taps("Pause")
    await mint.sees("Why is the treatment paused? Choose or write.")
    await mint.taps("The customer needs a rest")
    await mint.sees(("Treatment paused", "Paused. Press Resume when you go on.", "The customer needs a rest"))
    await mint.taps("Resume")
    await mint.sees("Treatment under way")
    await mint.taps("More")
    await mint.sees("Nat")
    await mint.taps("Hand over")
    await mint.sees(mint.t("Who takes over {name}?", name="Nat"))
    await mint.taps(NAN)
    await mint.sees(mint.t("{name} has been asked. Until they accept, the task stays yours.", name=NAN))
    await nan.sees(("Can you take over?", "☑", MINT))
    await nan.taps("Take over")
    await nan.sees(("Treatment under way", "The task is yours now.", "☑"))
    await nan.sees_changed(NAN, cards=2)
    await mint.sees_changed(NAN)
    await mint.sees(mint.t("{name} has taken over.", name=NAN))
    await nan.taps("More")
    await nan.sees("Nat")
    await nan.taps("Stop treatment")
    await nan.sees("Why is the treatment stopped?")
    await nan.taps("Device or product trouble")
    await nan.sees("Does the customer wait here, or go home?")
    await nan.taps("They go home")
    await nan.sees(("Stop this treatment?", "The session is not used. Sales finds a new time."))
    await nan.taps("Stop treatment")
    await nan.sees(("Treatment stopped", "The treatment is stopped; the session is not used."))
    await jay.sees((jay.t("{name}: treatment stopped", name="Nat"), NAN, "Device or product trouble"))
    await nat.sees("Our staff will agree a new time")
    await time.moves_to(await time.now() + timedelta(minutes=10))
    await nat.sees(STOP_CHECK[nat.language])
    await nat.taps(SYMPTOMS[nat.language])
    await nat.sees(nat.t("Thank you for telling us, {name}", name="Nat"))
    await nan.sees((nan.t("🟠 {name} is worried", name="Nat"), SYMPTOMS[language]))
    await jay.sees(jay.t("🟠 {name} is worried", name="Nat"))
    assert await world.one_truth("select adverse_open from workflow_states") is True
    assert await world.one_truth("select stage from workflow_states") == "payment_confirmed"
    assert await world.one_truth("select count(*) from point_transactions where kind = 'activate'") == 0


async def test_sales_read_nothing_medical(world: World) -> None:
    """The performer sees the allergy above everything, a manager that there is something, sales nothing."""
    mint = await joins_team(world, "beautician", MINT, "telegram", "en")
    ploy = await joins_team(world, "manager", "คุณพลอย", "telegram", "en")
    jay, _ = await a_task_waits(world, mint)
    await world.truth(
        "insert into health_alerts (clinic_id, customer_id, kind, text, noted_at)"
        " select clinic_id, customer_id, 'allergy', 'latex', created_at from workflow_states"
    )
    task_id = await world.one_truth("select id from task_queue where kind = 'treatment'")
    await mint.says("/tasks")
    await mint.sees(("New task", "⚠️ Allergy: latex", "DRG-"))
    for person, expected in ((ploy, "⚠️ 1 health note for whoever treats"), (jay, "New task")):
        await person.presses((await person.newest())["id"], await token(person, Action("task.show", task_id)))
        await person.sees(("New task", expected))
        assert "latex" not in str(await person.newest())
    assert "⚠️" not in str(await jay.newest())
