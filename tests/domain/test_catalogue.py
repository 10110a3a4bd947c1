"""What a clinic starts with: the whole catalogue, once however often it is loaded, and the demo's people."""

from __future__ import annotations

from copy import deepcopy

import pytest
from pydantic import ValidationError

from domain.catalogue import add_clinic, demo_clinic, demo_clinics, load_catalogue, load_demo, starting_catalogue
from domain.clinics import service as clinics
from domain.database.session import Engine
from domain.people import service as people
from domain.workflow.leads import SCAN_TREATMENT
from tests.domain.clinic_factory import TestClinic, make_clinic, refused

TABLES = ("treatments", "loyalty_tiers", "achievements", "followup_templates", "followup_rules", "stage_tasks")
PEOPLE = ("branches", "persons", "users", "customers")


async def sizes(clinic: TestClinic, tables: tuple[str, ...]) -> dict[str, int]:
    return {t: len(await clinic.rows(f"select id from {t}")) for t in tables}  # noqa: S608 - the test's own words


async def test_a_new_clinic_has_the_whole_catalogue_and_nobody(clinic: TestClinic) -> None:
    assert await sizes(clinic, TABLES) == dict(zip(TABLES, (12, 5, 1, 13, 16, 12), strict=True))
    assert await sizes(clinic, PEOPLE) == dict.fromkeys(PEOPLE, 0)
    async with clinic.by() as unit:
        unscanned = await clinics.treatments(unit, scan_required=False)
        assert [t.code for t in unscanned] == ["ACN", "FAC-HYD", "MESO-V"]  # the cheapest first
        assert len(await clinics.treatments(unit)) == 12
        facial = await clinics.treatment_by_code(unit, "FAC-HYD")
        assert (facial.price_satang, facial.minutes, facial.roles) == (129_000, 60, ("beautician",))
        assert await clinics.treatment(unit, facial.id) == facial
        assert (await clinics.treatment_by_code(unit, SCAN_TREATMENT)).price_satang == 0
        async with refused("no_such_treatment"):
            await clinics.treatment_by_code(unit, "NONE")
    [rule] = await clinic.rows(
        "select anchor, offset_days, offset_minutes, at_time::text, message_class, active from followup_rules"
        " where key = 'd1'"
    )
    assert [*map(str, rule.values())] == ["completed", "1", "0", "10:00:00", "care", "True"]
    [template] = await clinic.rows("select answers from followup_templates where key = 'check_d1'")
    assert [answer["outcome"] for answer in template["answers"]] == ["fine", "fine", "amber"]


async def test_tiers_keep_eighty_percent_and_climb(clinic: TestClinic) -> None:
    ladder = await clinic.rows("select * from loyalty_tiers order by enter_satang")
    assert [row["code"] for row in ladder] == ["bronze", "silver", "gold", "platinum", "diamond"]
    assert all(row["keep_satang"] * 10 == row["enter_satang"] * 8 for row in ladder)
    assert [row["multiplier_bp"] for row in ladder] == [10_000, 11_000, 12_500, 15_000, 20_000]
    assert [row["welcome_points"] for row in ladder] == [100, 0, 0, 0, 0]


async def test_loading_again_changes_rows_and_adds_none(clinic: TestClinic) -> None:
    before, ids = await sizes(clinic, TABLES), await clinic.rows("select id from treatments order by code")
    changed = deepcopy(starting_catalogue())
    changed["treatments"][0]["price"] = 500
    async with clinic.by() as unit:
        await load_catalogue(unit, changed)
        assert (await clinics.treatment_by_code(unit, SCAN_TREATMENT)).price_satang == 50_000
    assert await sizes(clinic, TABLES) == before
    assert await clinic.rows("select id from treatments order by code") == ids


async def test_a_bad_file_changes_nothing(clinic: TestClinic) -> None:
    bad = deepcopy(starting_catalogue())
    bad["treatments"][0]["price"] = 500
    bad["rules"][0]["message_class"] = "shouting"
    with pytest.raises(ValidationError, match="message_class"):
        async with clinic.by() as unit:
            await load_catalogue(unit, bad)
    async with clinic.by() as unit:
        assert (await clinics.treatment_by_code(unit, SCAN_TREATMENT)).price_satang == 0


@pytest.mark.parametrize(
    ("slug", "name", "zone", "code"),
    [
        ("DRG", "ก", "Asia/Bangkok", "slug_taken"),
        ("a b", "ก", "Asia/Bangkok", "bad_slug"),
        ("-x", "ก", "Asia/Bangkok", "bad_slug"),
        ("x", " ", "Asia/Bangkok", "bad_name"),
        ("x", "ก", "Asia/Bangcock", "bad_timezone"),
        ("x", "ก", "../etc", "bad_timezone"),
    ],
)
async def test_clinics_that_cannot_be_added(clinic: TestClinic, slug: str, name: str, zone: str, code: str) -> None:
    async with refused(code):
        await add_clinic(clinic.units, slug, name, name, zone)


async def test_the_demo_people_move_in_once(engine: Engine) -> None:
    for data in demo_clinics():
        clinic = await make_clinic(engine, data["slug"])
        for _ in range(2):
            async with clinic.by() as unit:
                await load_demo(unit, data)
        counts = await sizes(clinic, PEOPLE)
        assert counts["users"] == len(data["staff"])
        assert counts["customers"] == len(data["customers"])
        assert counts["branches"] == len(data["branches"])
        both = sum("staff" in customer for customer in data["customers"])
        assert counts["persons"] == counts["users"] + counts["customers"] - both
        async with clinic.by() as unit:
            assert (unit.clinic.phone, unit.clinic.settings["licence_no"]) == (data["phone"], data["licence_no"])
            [somchai] = await people.customers_by_phone(unit, "0812345678")
            assert somchai.name == "สมชาย"
            assert somchai.owner_id is not None


async def test_the_demo_has_a_salesperson_who_is_a_customer(engine: Engine) -> None:
    clinic = await make_clinic(engine, "DRG")
    data = demo_clinic("drg")
    assert data is not None
    async with clinic.by() as unit:
        await load_demo(unit, data)
        staff = {member.name: member for member in await people.staff_of_role(unit, ["sales"])}
        [customer] = await people.customers_by_phone(unit, "081-555-0106")
        assert customer.person_id == staff["คุณเจ"].person_id
    assert demo_clinic("nowhere") is None
