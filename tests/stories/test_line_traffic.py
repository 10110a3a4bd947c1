"""A working day on LINE, judged by LINE's own API description: all that the program asks and all it is brought."""

from __future__ import annotations

from tests.channels.line_description import check_traffic
from tests.stories.scenes import accepts, joins_team, new_member, sets_time, takes_payment
from tests.stories.world import World


async def test_all_the_traffic_of_a_working_day_is_as_line_describes_it(world: World) -> None:
    jay = await joins_team(world, "sales", "คุณเจ", "line")
    mint = await joins_team(world, "beautician", "คุณมิ้นท์", "line", "th")
    nat = await new_member(world, jay, "Nat", "line", "th")
    await takes_payment(jay, nat)
    await sets_time(jay, mint)
    await nat.reads()
    await accepts(mint)
    await nat.sends_sticker()
    await nat.reads()
    await jay.says("/lead")
    await jay.reads()
    await world.installs_menus()
    await nat.has_menu("customer")
    await nat.blocks()
    await nat.unblocks()
    for person in (jay, mint, nat):
        await person.reads()
    seen = check_traffic(await world.look("line", "journal"))
    assert seen >= {
        "webhook",
        "PUT /v2/bot/channel/webhook/endpoint",
        "GET /v2/bot/profile/{person}",
        "POST /v2/bot/message/reply",
        "POST /v2/bot/message/push",
        "POST /v2/bot/richmenu",
        "GET /v2/bot/richmenu/list",
        "POST /v2/bot/richmenu/{menu}/content",
        "POST /v2/bot/user/all/richmenu/{menu}",
        "POST /v2/bot/user/{person}/richmenu/{menu}",
    }
