"""The clinic that most tests of the domain begin with, and two who work there."""

from __future__ import annotations

import pytest

from domain.database.session import Engine
from domain.unit import Actor
from tests.domain.clinic_factory import TestClinic, make_clinic


@pytest.fixture
async def clinic(engine: Engine) -> TestClinic:
    return await make_clinic(engine)


@pytest.fixture
async def sales(clinic: TestClinic) -> Actor:
    return await clinic.staff("sales", "คุณเจ")


@pytest.fixture
async def mint(clinic: TestClinic) -> Actor:
    return await clinic.staff("beautician", "มิ้นท์")
