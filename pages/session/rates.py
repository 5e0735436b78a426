"""Rate limit per client, counted in memory for a bounded number of clients."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable
from ipaddress import ip_address, ip_network
from threading import Lock

from cachetools import LRUCache
from starlette.requests import Request

from loaders import doors


class Rate:
    """At most ``times`` in any ``seconds`` for each key; the key unused for longest is forgotten first."""

    def __init__(self, times: int, seconds: float, keys: int = 20_000) -> None:
        self.times, self.seconds = times, seconds
        self._asked: LRUCache[Hashable, deque[float]] = LRUCache(keys)
        self._lock = Lock()

    def wait(self, key: Hashable) -> int:
        """Count one request and return 0 when it may pass; else count nothing and return the seconds to wait."""
        now = time.monotonic()
        with self._lock:
            asked = self._asked.setdefault(key, deque(maxlen=self.times))
            if len(asked) == self.times and now - asked[0] < self.seconds:
                return int(self.seconds - (now - asked[0])) + 1
            asked.append(now)
        return 0

    def is_full(self, key: Hashable) -> bool:
        """Whether one more request would have to wait; counts nothing."""
        with self._lock:
            asked = self._asked.get(key)
            return asked is not None and len(asked) == self.times and time.monotonic() - asked[0] < self.seconds


def asker(request: Request) -> str:
    """The client's address: the peer, or the forwarded client when a proxy on this machine passes a request on.

    For IPv6 the /64 network, because one telephone owns all of its addresses.
    """
    peer = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    who = forwarded.rsplit(",", 1)[-1].strip() if forwarded and doors.is_local(peer) else peer
    try:
        address = ip_address(who)
    except ValueError:
        return who
    return str(ip_network((address, 64), strict=False)) if address.version == 6 and not address.ipv4_mapped else who
