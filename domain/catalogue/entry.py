"""What every entry of a catalogue or demo file is made of: refused when it says more than it may."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.people.model import Role

Code = Annotated[str, Field(min_length=1, max_length=40)]
Words = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
StaffRole = Literal[Role.BEAUTICIAN, Role.DOCTOR, Role.SALES, Role.MANAGER]


class Entry(BaseModel):
    """One line of a file; a field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Entry):
    """An entry with a code that others name it by, and a name in both languages."""

    code: Code
    th: Words
    en: Words

    def columns(self) -> dict[str, object]:
        """Code and names as their columns."""
        return {"code": self.code, "name_th": self.th, "name_en": self.en}
