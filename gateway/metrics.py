"""Counters for the operator. Numbers only: no label holds anything about a person or a conversation."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """All metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.started = Counter("varsam_conversations", "Conversations begun", ["channel"], registry=self.registry)
        self.said = Counter("varsam_visitor_messages", "Visitors' messages stored", registry=self.registry)
        self.answered = Counter("varsam_answers", "Visitors' messages answered", ["route"], registry=self.registry)
        self.fallbacks = Counter("varsam_fallbacks", "Answers without the engine", ["reason"], registry=self.registry)
        self.unavailable = Counter("varsam_unavailable", "Messages refused: store down", registry=self.registry)
        self.refused = Counter("varsam_refused", "Frames refused", ["code"], registry=self.registry)
        self.claims = Counter("varsam_claims", "Claims of a waiting conversation", ["won"], registry=self.registry)
        self.erased = Counter("varsam_erased", "Conversations gone", ["why"], registry=self.registry)
        self.waiting = Gauge("varsam_waiting", "Visitors waiting now", registry=self.registry)
        self.consoles = Gauge("varsam_counsellors_present", "Counsellors online and not away", registry=self.registry)
        self.inbound = Counter(
            "varsam_inbound", "What platforms sent, by what it was", ["channel", "kind"], registry=self.registry
        )
        self.channels = Gauge("varsam_channel", "1: the channel is on", ["channel", "mode"], registry=self.registry)
        self.fetching = Gauge(
            "varsam_fetching", "1: messages are fetched; 0: the last try failed", ["channel"], registry=self.registry
        )
        self.outbound = Counter(
            "varsam_outbound", "What became of messages to platforms", ["channel", "result"], registry=self.registry
        )
        self.engine_seconds = Histogram("varsam_engine_seconds", "Time the engine took", registry=self.registry)
