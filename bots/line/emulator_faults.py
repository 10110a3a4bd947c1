"""What the emulated LINE can be told to get wrong, by name (`bots/faults.py` plans and does it).

Bodies are LINE's own where it documents them: https://developers.line.biz/en/reference/messaging-api/#error-messages
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RATE_LIMIT = {"message": "The API rate limit has been exceeded. Try again later."}
MONTHLY_LIMIT = {"message": "You have reached your monthly limit."}
UNAUTHORISED = {
    "message": "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
}

FAULTS: Mapping[str, Mapping[str, Any]] = {
    "rate_limit": {"status": 429, "body": RATE_LIMIT},
    "monthly_limit": {"call": "/v2/bot/message/push", "status": 429, "body": MONTHLY_LIMIT},
    "unauthorised": {"status": 401, "body": UNAUTHORISED},
    "forbidden": {"status": 403, "body": {"message": "Access to this API is not available for your account"}},
    "server_error": {"status": 500, "body": {"message": "Internal Server Error"}},
    "bad_gateway": {"status": 502, "body": "<html><h1>502 Bad Gateway</h1></html>"},
    "garbage": {"status": 200, "body": "<html>not the answer</html>", "carried_out": True},
    "invalid_token": {
        "call": "/v2/bot/message/reply",
        "status": 400,
        "body": {"message": "Invalid reply token"},
    },
    "preparing": {"call": "/v2/bot/message/*/content", "status": 202},
    "no_answer": {"kind": "silence"},
    "answer_lost": {"kind": "silence", "carried_out": True},
    "cut": {"kind": "cut"},
    "cut_after": {"kind": "cut", "carried_out": True},
    "half": {"kind": "half", "carried_out": True},
}
