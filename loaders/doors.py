"""Access before sign-in: host names of this board, which requests come from this machine, how sign-in is set up.

Closed by default: a missing, misspelt or unreadable setting makes everybody the public. Pages, middleware and
``health`` use it.
"""

from __future__ import annotations

import os
import re
import socket
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from loaders import settings

# Headers of a proxy: a forwarded request does not come from this machine.
FORWARDING = re.compile(
    r"x-forwarded(-.+)?|forwarded|via|x-(real|client|cluster-client|original)-.+|(cf|true|fastly)-.+-ip"
)
# Nothing is sent to these addresses; the system only tells which own address it would use to reach them.
ELSEWHERE = ("192.0.2.1", "10.255.255.255", "172.31.255.255", "192.168.255.255")
ASK_ADDRESS = 0x8915  # SIOCGIFADDR of Linux
INNER = ("lo", "docker", "br-", "virbr", "veth")  # interfaces of networks inside this machine
PROVIDER_KEYS = ("client_id", "client_secret", "server_metadata_url")
SHARED_KEYS = ("redirect_uri", "cookie_secret")
SHORTEST_COOKIE_SECRET = 16  # characters; a guessed secret lets anybody sign in as anybody
ALIKE = ("auth", "oauth", "oidc", "login", "signin", "authentication", "authorization")


@dataclass(frozen=True)
class SignIn:
    """How sign-in is set up.

    ``state``: ``provider``: people sign in (``name`` of the provider's section, or ``None``); ``alone``: no sign-in,
    one person works at this machine; ``closed``: everybody is the public, ``code`` says why.
    """

    state: Literal["provider", "alone", "closed"]
    code: str = ""
    name: str | None = None


def host_name(written: str | None) -> str | None:
    """The name in a ``Host`` header or an origin, lower case, without port; ``None`` when it is invalid."""
    try:
        parts = urlsplit(f"//{written or ''}")
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        return None
    strange = parts.username is not None or parts.path or parts.query or parts.fragment or not parts.hostname
    return None if strange else str(parts.hostname).rstrip(".")


def is_local(name: str | None) -> bool:
    """Whether an address or a host name always means this machine."""
    if name == "localhost":
        return True
    try:
        address = ip_address(name or "")
    except ValueError:
        return False
    return address.is_loopback or bool((mapped := getattr(address, "ipv4_mapped", None)) and mapped.is_loopback)


def is_here(peer: str | None, headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a request comes from this machine: peer and ``Host`` are local, and no proxy forwarded it."""
    written = [(name.lower(), value) for name, value in headers]
    hosts = [value for name, value in written if name == "host"]
    is_forwarded = any(FORWARDING.fullmatch(name) for name, _ in written)
    return len(hosts) == 1 and is_local(host_name(hosts[0])) and is_local(peer) and not is_forwarded


def is_ours(host: str | None) -> bool:
    """Whether the board answers to this ``Host``: this machine, its address, or a name in ``KRADAN_HOSTS``."""
    name = host_name(host)
    named = {
        host_name(host_text) for host_text in re.split(r"[\s,;]+", os.environ.get("KRADAN_HOSTS", "")) if host_text
    }
    named.add(lan_address() if wants_lan() else host_name(urlsplit(named_address()).netloc))
    return name is not None and (is_local(name) or name in named)


def wants_lan() -> bool:
    """Whether the local network may open the board (``KRADAN_ADDRESS=lan``); its users are the public."""
    return os.environ.get("KRADAN_ADDRESS", "").strip().lower() == "lan"


def named_address() -> str:
    """Base address for links on paper (``KRADAN_ADDRESS``), without trailing slash; empty when not set."""
    written = os.environ.get("KRADAN_ADDRESS", "").strip().rstrip("/")
    return written if re.match(r"https?://[^/\s]+", written) else ""


def embedding_sites() -> list[str]:
    """Origins that may embed a view in a frame (``KRADAN_EMBED_SITES``); invalid ones are left out."""
    written = re.split(r"[\s,]+", os.environ.get("KRADAN_EMBED_SITES", ""))
    return [site.rstrip("/") for site in written if re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?/?", site)]


def serves_the_room() -> bool:
    """Whether the board listens beyond this machine: on the local network, or at its own numeric http address."""
    parts = urlsplit(named_address())
    is_number = parts.scheme == "http" and re.fullmatch(r"[\d.]+", parts.hostname or "") is not None
    return wants_lan() or (is_number and not is_local(parts.hostname))


def lan_address() -> str | None:
    """The IPv4 address of this machine in its network, even without internet access; ``None`` without a network.

    No packet is sent.
    """
    for other in ELSEWHERE:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((other, 9))
                own = str(probe.getsockname()[0])
            except OSError:
                continue
        if not is_local(own) and own != "0.0.0.0":
            return own
    return next(_own_addresses(), None)


def _own_addresses() -> Iterator[str]:
    """Addresses of this machine's interfaces, for a network without a gateway."""
    try:
        import fcntl  # missing on Windows
    except ImportError:
        named = socket.gethostbyname_ex(socket.gethostname())[2]
        yield from (address for address in named if not is_local(address))
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            if name.startswith(INNER):
                continue
            try:
                answer = fcntl.ioctl(probe.fileno(), ASK_ADDRESS, name.encode()[:15].ljust(40, b"\0"))
            except OSError:  # no address on this interface
                continue
            if not is_local(own := socket.inet_ntoa(answer[20:24])):
                yield own


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an origin belongs to this host: equal name and port (a default port may be omitted)."""
    scheme, separator, place = origin.strip().partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme.lower())
    if not separator or usual is None:
        return False
    return place.lower().removesuffix(usual) == host.strip().lower().removesuffix(usual)


def sign_in(secrets: Mapping | None, *, is_readable: bool = True) -> SignIn:
    """How sign-in is set up by the secrets (``None``: there are none) and ``KRADAN_SIGN_IN``.

    Unreadable secrets close the board; else a complete provider counts. Without one, ``alone`` means that no sign-in is
    wanted; ``required``, any other value, and secrets close the board; without setting and secrets it is ``alone``.
    """
    setting = os.environ.get("KRADAN_SIGN_IN", "").strip().lower()
    if not is_readable:
        return SignIn("closed", "secrets_unreadable")
    provider = _provider((secrets or {}).get("auth"))
    if provider.state == "provider":
        return provider
    if setting not in ("", "required", "alone"):
        return SignIn("closed", "sign_in_setting_unknown")
    if setting == "alone":
        return SignIn("alone")
    if secrets is not None:
        return SignIn("closed", _slip(secrets) or provider.code)
    return SignIn("closed", "sign_in_required") if setting else SignIn("alone")


def _provider(auth: object) -> SignIn:
    if not isinstance(auth, Mapping):
        return SignIn("closed", "sign_in_missing")
    if not all(_is_written(auth.get(key)) for key in SHARED_KEYS):
        return SignIn("closed", "sign_in_incomplete")
    if len(str(auth["cookie_secret"])) < SHORTEST_COOKIE_SECRET:
        return SignIn("closed", "cookie_secret_short")
    sections = {None: auth} | {name: part for name, part in auth.items() if isinstance(part, Mapping)}
    for name, part in sections.items():
        if all(_is_written(part.get(key)) for key in PROVIDER_KEYS):
            return SignIn("provider", name=name)
    return SignIn("closed", "sign_in_incomplete")


def _is_written(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _slip(secrets: Mapping) -> str:
    """``sign_in_misspelt`` when a section looks like a misspelt ``auth``, or its keys are outside of it."""
    names = [str(name) for name in secrets if name != "auth"]
    is_alike = any(get_close_matches(name.strip().lower(), ALIKE, 1, 0.7) for name in names)
    return "sign_in_misspelt" if is_alike or {*PROVIDER_KEYS, *SHARED_KEYS} & {name.lower() for name in names} else ""


def secrets_files() -> list[Path]:
    """Where Streamlit looks for secrets: ``STREAMLIT_SECRETS_FILES``, else the home folder and the program's folder."""
    named = os.environ.get("STREAMLIT_SECRETS_FILES", "")
    usual = Path(".streamlit") / "secrets.toml"
    return [Path(path) for path in re.split(r"[\s,]+", named) if path] or [Path.home() / usual, settings.ROOT / usual]


def sign_in_of_files() -> tuple[SignIn, str]:
    """How sign-in is set up according to the secrets files, and their paths; contents are never returned."""
    secrets: dict = {}
    present = [path for path in secrets_files() if path.exists()]
    names = ", ".join(map(str, present))
    try:
        for path in present:
            secrets |= tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # the exception's text may quote a secret
        return sign_in(None, is_readable=False), names
    return sign_in(secrets if present else None), names
