"""Treatment plans: writing one, and answering one in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from handlers.refusals.sentences import Say, plain
from handlers.words import N_

SENTENCES: Final[Mapping[str, Say]] = {
    "plan_sent": plain(N_("A plan was sent or paid already. Please send a new plan instead.")),
    "no_lines": plain(N_("Please choose at least one treatment for the plan.")),
    "too_many_lines": lambda w, f: w.t(N_("A plan has at most {most} lines. Please send it as it is."), most=f["most"]),
    "no_such_package": plain(N_("This course is not sold any more. Please choose another number of treatments.")),
    "empty_plan": plain(N_("This plan costs nothing, so there is nothing to accept. Please add a treatment.")),
    "bad_minimum": lambda w, f: w.t(
        N_("Please type a deposit of more than zero and at most {total}."), total=w.money(f["total"])
    ),
    "plan_paid": plain(
        N_("Money was already paid on this plan, so it cannot be replaced. Please make a new plan with New customer.")
    ),
    "no_such_proposal": plain(N_("We cannot find this plan. Type /status to see where your treatment stands.")),
    "proposal_replaced": plain(N_("There is a newer version of this plan. Here it is:")),
    "proposal_answered": lambda w, f: w.t(
        N_("This plan was already answered, {when}. Nothing more is needed."), when=w.when(f["at"])
    ),
    "proposal_expired": lambda w, f: w.t(
        N_("This plan was valid until {date}. Press Ask, and we will send you a new one."), date=w.last_day(f["until"])
    ),
    "quote_expired": lambda w, f: w.t(
        N_("This plan was valid until {date}. Please send a new version."), date=w.last_day(f["until"])
    ),
    "plan_closed": plain(N_("This plan is no longer open. Type /status to see where your treatment stands.")),
    "manager_needed": plain(N_("Money was paid on this plan, so a manager decides. Please ask your manager.")),
}
