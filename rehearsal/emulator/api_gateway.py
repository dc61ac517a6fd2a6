"""Seam: what REST APIs answer before a handler is reached."""

from rehearsal.emulator.host import EmulatorHost


def install(host: EmulatorHost) -> None:
    host.not_rehearsed("API Gateway throttling", "burst and rate limits depend on load that a rehearsal has not")
