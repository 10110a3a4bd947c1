"""The account itself over the Messaging API: whose token it is, what is left of its quota, how its events are brought.

`client.LineChannel` lends its SDK client; operators ask (`aura channel`, `aura doctor`), and `bots/quotas.py`. All that
goes wrong is an `AccountError` with a sentence for the operator.
"""

from __future__ import annotations

from http import HTTPStatus

import aiohttp
from linebot.v3.messaging import (
    AsyncMessagingApi,
    QuotaType,
    SetWebhookEndpointRequest,
    TestWebhookEndpointRequest,
)

from bots.channel import Account, AccountError, Proof, Quota, Reception
from bots.line import limits
from bots.line.outcomes import api_error, describe
from bots.line.request import options

# LINE itself waits for the webhook it tries.
TEST = aiohttp.ClientTimeout(total=20, connect=5)


async def prove(api: AsyncMessagingApi, account: Account) -> Proof:
    """Whose access token this is."""
    try:
        bot = await api.get_bot_info(**options(account))
    except Exception as error:
        raise _account_error(error, "accept the access token") from error
    return Proof(external_id=bot.user_id, name=bot.display_name, handle=bot.basic_id)


async def quota(api: AsyncMessagingApi, account: Account) -> Quota:
    """The month's limit and what was sent of it, which LINE calls an approximation.

    https://developers.line.biz/en/reference/messaging-api/#get-quota and #get-consumption
    """
    try:
        limit = await api.get_message_quota(**options(account))
        sent = await api.get_message_quota_consumption(**options(account))
    except Exception as error:
        raise _account_error(error, "say what is left of its quota") from error
    return Quota(limit=limit.value if limit.type == QuotaType.LIMITED else None, used=sent.total_usage)


async def register(api: AsyncMessagingApi, account: Account, webhook_url: str) -> None:
    """Set the webhook address. LINE has no list of update types to choose from.

    "Use webhook" and "Webhook redelivery" are switches in the console that no API can turn.
    """
    if len(webhook_url) > limits.WEBHOOK_URL:
        raise AccountError(f"The webhook address is longer than LINE's {limits.WEBHOOK_URL} characters.")
    try:
        await api.set_webhook_endpoint(SetWebhookEndpointRequest(endpoint=webhook_url), **options(account))
    except Exception as error:
        raise _account_error(error, "accept the webhook address") from error


async def reception(api: AsyncMessagingApi, account: Account) -> Reception:
    """Ask for the address, and have LINE bring an empty webhook there.

    https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint; 60 times an hour at most.
    """
    try:
        address = await api.get_webhook_endpoint(**options(account))
        if not address.active:
            return Reception(True, 'the switch "Use webhook" is off in the LINE Developers console')
        tried = await api.test_webhook_endpoint(TestWebhookEndpointRequest(), **options(account, TEST))
    except Exception as error:
        if getattr(error, "status", None) == HTTPStatus.NOT_FOUND:
            return Reception(False)
        raise _account_error(error, "try its webhook") from error
    if tried.success:
        return Reception(True)
    if tried.status_code == HTTPStatus.UNAUTHORIZED:
        return Reception(True, "LINE signs with another channel secret than the one kept: run `aura channel set`")
    return Reception(True, f"LINE cannot bring events to {address.endpoint}: {tried.reason} ({tried.status_code})")


def _account_error(error: Exception, what: str) -> AccountError:
    """A sentence for the operator, in LINE's words: the error's own text may hold the request and so the token."""
    if isinstance(error, AccountError):
        return error
    refusal = api_error(error)
    if refusal is not None:
        return AccountError(f"LINE did not {what}: {describe(refusal)}")
    return AccountError(f"LINE did not {what}: {type(error).__name__}")
