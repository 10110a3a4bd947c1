"""The story played from beginning to end, with a fault in any of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.faults.commit_proxy import Phase, Trap
from tests.faults.registry import times
from tests.faults.rig import Rig
from tests.faults.story import STEPS, cast


async def plays(rig: Rig, slug: str, channel: str, faults: dict[str, list[Trap]]) -> dict[str, int]:
    """Play the story in a new clinic; returns how many commits each step had."""
    story, commits = await cast(rig, slug, channel), {}
    for name, step in STEPS.items():
        before, rig.dies = rig.proxy.commits, faults.get(name, [])
        try:
            await step(story)
        except AssertionError as error:
            error.add_note(f"in the step {name!r} of {slug}; {await rig.looks()}")
            raise
        commits[name] = rig.proxy.commits - before
    for person, role in ((story.sales, "sales"), (story.mint, "beautician"), (story.nat, "customer")):
        await person.has_menu(role)
    return commits


def drawn(rig: Rig, commits: Mapping[str, int], phases: Sequence[Phase]) -> dict[str, list[Trap]]:
    """One fault for each step, at one of the commits that it had; in the short form for a third of the steps."""
    steps = rig.luck.sample(list(commits), times(len(commits) // 3, len(commits)))
    return {step: [Trap(rig.luck.randrange(commits[step]), rig.luck.choice(phases))] for step in steps}
