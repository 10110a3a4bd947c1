"""Prometheus metrics of one process: what it did (counted here as it happens) and what waits in the database.

The parts of the program count through `Metrics`; `bots/web/metrics.py` shows it, with the database's figures as they
are at that moment. Labels are kinds, states and clinics' slugs, never people. Each program has a registry of its own.
What to watch and when to worry: docs/operating.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bots.channel import Account, Outcome, Quota, Refused, RetryLater, Sent, Unknown
from domain.database.figures import Backlog, Figures
from scheduler.job import AnyJob
from scheduler.lag import lag

# LINE gives a webhook two seconds (https://developers.line.biz/en/docs/messaging-api/check-webhook-error-statistics/).
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
OUTCOMES: dict[type, str] = {Sent: "sent", RetryLater: "retry_later", Refused: "refused", Unknown: "unknown"}


class Metrics:
    """Everything that one process counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for standard in (ProcessCollector, PlatformCollector, GCCollector):
            standard(registry=self.registry)
        Info("aura_build", "The release.", registry=self.registry).info({"version": version("bn-aura-chat")})
        self._webhooks = self._histogram("aura_webhook_seconds", "Answers to webhooks.", "channel", "status")
        self._events = self._histogram("aura_event_seconds", "Work on an event.", "channel", "outcome")
        self._failures = Counter(
            "aura_event_failures", "Events that could not be worked on.", ("outcome",), registry=self.registry
        )
        self._calls = self._histogram("aura_send_seconds", "Calls to a platform that send or edit.", "channel")
        self._sends = Counter(
            "aura_sends", "Messages by what became of a try.", ("channel", "outcome", "reason"), registry=self.registry
        )
        self._jobs = Counter("aura_job_runs", "What jobs dealt with.", ("job", "outcome"), registry=self.registry)
        self._quota = Gauge("aura_quota_limit", "Pushes a month.", ("channel", "clinic"), registry=self.registry)
        self._left = Gauge("aura_quota_left", "Pushes left this month.", ("channel", "clinic"), registry=self.registry)

    def _histogram(self, name: str, what: str, *labels: str) -> Histogram:
        return Histogram(name, what, labels, buckets=SECONDS, registry=self.registry)

    def webhook(self, channel: str, status: int, seconds: float) -> None:
        """A webhook was answered."""
        self._webhooks.labels(channel, str(status)).observe(seconds)

    def event(self, channel: str, outcome: str, seconds: float) -> None:
        """An event was worked on: `done`, or `refused` and answered with the reason."""
        self._events.labels(channel, outcome).observe(seconds)

    def event_failed(self, outcome: str) -> None:
        """An event is `tried_again` or `parked`."""
        self._failures.labels(outcome).inc()

    def send(self, channel: str, outcome: Outcome, messages: int, seconds: float) -> None:
        """A call that carried so many messages ended."""
        reason = outcome.reason if isinstance(outcome, Refused) else ""
        self._sends.labels(channel, OUTCOMES[type(outcome)], reason).inc(messages)
        self._calls.labels(channel).observe(seconds)

    def job(self, name: str, done: int, failed: int) -> None:
        """A job dealt with so many rows or ticks."""
        self._jobs.labels(name, "done").inc(done)
        self._jobs.labels(name, "failed").inc(failed)

    def quota(self, account: Account, quota: Quota) -> None:
        """What a platform said is left; an account without a limit has none."""
        if quota.limit is None:
            self.no_quota(account)
        else:
            self._quota.labels(account.channel, account.clinic_slug).set(quota.limit)
            self._left.labels(account.channel, account.clinic_slug).set(quota.left)

    def no_quota(self, account: Account) -> None:
        """Nobody knows any more what is left: no figure is better than an old one."""
        for gauge in (self._quota, self._left):
            gauge.remove(account.channel, account.clinic_slug)


@dataclass(frozen=True, slots=True)
class Scrape(Collector):
    """A process's metrics and the database's figures; None when the database did not answer."""

    metrics: Metrics
    figures: Figures | None
    jobs: Sequence[AnyJob]

    def collect(self) -> Iterator[Metric]:
        """Every metric there is."""
        yield from self.metrics.registry.collect()
        yield GaugeMetricFamily("aura_database_up", "Whether the database answered.", value=self.figures is not None)
        if self.figures is not None:
            yield from self._waiting(self.figures)

    def _waiting(self, figures: Figures) -> Iterator[Metric]:
        events = [((state,), backlog) for state, backlog in figures.events.items()]
        yield from _gauges("aura_inbox_events", "Events that are not done", ("state",), events)
        yield from _gauges(
            "aura_outbox_messages", "Messages not known as sent", ("state", "class"), figures.messages.items()
        )
        late = [((job.name,), lag(job, figures)) for job in self.jobs]
        yield from _gauges("aura_job_due", "Rows and ticks that are due", ("job",), late)
        drift = figures.drift.total_seconds()
        yield GaugeMetricFamily(
            "aura_clock_drift_seconds", "The database's clock ahead of this machine's.", value=drift
        )


def _gauges(
    name: str, what: str, labels: Sequence[str], backlogs: Iterable[tuple[Sequence[str], Backlog]]
) -> Iterator[Metric]:
    """How many, and the age of the oldest."""
    count = GaugeMetricFamily(name, f"{what}.", labels=labels)
    age = GaugeMetricFamily(f"{name}_oldest_seconds", f"{what}: the age of the oldest.", labels=labels)
    for values, backlog in backlogs:
        count.add_metric(values, backlog.count)
        age.add_metric(values, backlog.age.total_seconds())
    yield count
    yield age
