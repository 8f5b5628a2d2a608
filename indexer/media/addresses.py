"""Which addresses anybody on the Internet could mean the same machine by.

IPv4: what IANA's special-purpose registry does not call globally reachable is not public, nor is
multicast. IPv6: IANA gives out addresses within 2000::/3 only, so that nothing else is public, and
within it the registry holds. An address that wraps an IPv4 address is as public as that.

Of both registries only what says something about the rest: a block within one that is not reachable is
left out unless it is. (iana.org/assignments/iana-ipv4-special-registry and -ipv6-, RFC 6890, as they
were in 2025.) Knows nothing of names and connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_MULTICAST = IPv4Network("224.0.0.0/4")
_NOT_REACHABLE = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared address space
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_REACHABLE = tuple(
    IPv4Network(block)
    for block in (
        "192.0.0.9/32",  # port control protocol
        "192.0.0.10/32",  # traversal using relays around NAT
    )
)

_UNICAST = IPv6Network("2000::/3")
_NOT_REACHABLE_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments, with Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)
_REACHABLE_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001:1::1/128",  # port control protocol
        "2001:1::2/128",  # traversal using relays around NAT
        "2001:1::3/128",  # DNS-SD service registration
        "2001:3::/32",  # AMT
        "2001:4:112::/48",  # AS112
        "2001:20::/28",  # ORCHIDv2
        "2001:30::/28",  # identities of drones
    )
)

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Of an address as the system writes it, with or without a zone; ValueError for anything else."""
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv4Address):
        return _is_public_4(parsed)
    wrapped = _wrapped(parsed)
    if wrapped is not None:
        return _is_public_4(wrapped)
    return parsed in _UNICAST and _is_reachable(parsed, _NOT_REACHABLE_6, _REACHABLE_6)


def _is_public_4(address: IPv4Address) -> bool:
    return address not in _MULTICAST and _is_reachable(address, _NOT_REACHABLE, _REACHABLE)


def _is_reachable(
    address: IPv4Address | IPv6Address,
    blocked: Sequence[IPv4Network] | Sequence[IPv6Network],
    within: Sequence[IPv4Network] | Sequence[IPv6Network],
) -> bool:
    return not any(address in block for block in blocked) or any(
        address in block for block in within
    )


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """What a mapped, a 6to4 and a translated address lead to. Other ways to wrap one (compatible
    ::/96, ::ffff:0:0:0/96, local 64:ff9b:1::/48, Teredo) lead nowhere that is public."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
