"""`aura staff`: who is on the team, and taking somebody off a lost phone."""

from __future__ import annotations

from tests.cli.conftest import Aura


def test_the_team_is_listed_and_one_person_unbound(aura: Aura) -> None:
    aura.json("clinic", "add", "ours", "--name", "คลินิกของเรา")
    aura.json("staff", "invite", "ours", "--role", "sales", "--name", "คุณเจ")
    aura.json("staff", "invite", "ours", "--role", "doctor", "--name", "หมอ")
    listed = aura.json("staff", "list", "ours")["staff"]
    assert [(each["name"], each["role"], each["chats"]) for each in listed] == [
        ("คุณเจ", "sales", []),
        ("หมอ", "doctor", []),
    ]
    done = aura.json("staff", "unbind", "ours", "--user", listed[1]["id"])
    assert (done["staff"]["name"], done["chats"]) == ("หมอ", 0)
    assert "name one person" in aura.refused("staff", "unbind", "ours")
    assert "คุณเจ, หมอ" in aura.refused("staff", "unbind", "ours", "--name", "nobody")
