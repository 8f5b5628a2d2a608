"""Every block of IANA's special-purpose registries, at both of its ends, and what lies beside them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.media.addresses import is_public

REGISTRIES = {
    # IPv4: "Globally Reachable"; N/A counts as no.
    "0.0.0.0/8": False,
    "0.0.0.0/32": False,
    "10.0.0.0/8": False,
    "100.64.0.0/10": False,
    "127.0.0.0/8": False,
    "169.254.0.0/16": False,
    "172.16.0.0/12": False,
    "192.0.0.0/24": False,
    "192.0.0.0/29": False,
    "192.0.0.8/32": False,
    "192.0.0.9/32": True,
    "192.0.0.10/32": True,
    "192.0.0.170/32": False,
    "192.0.0.171/32": False,
    "192.0.2.0/24": False,
    "192.31.196.0/24": True,
    "192.52.193.0/24": True,
    "192.88.99.0/24": False,
    "192.168.0.0/16": False,
    "192.175.48.0/24": True,
    "198.18.0.0/15": False,
    "198.51.100.0/24": False,
    "203.0.113.0/24": False,
    "240.0.0.0/4": False,
    "255.255.255.255/32": False,
    # IPv6; what wraps an IPv4 address is below.
    "::1/128": False,
    "::/128": False,
    "64:ff9b:1::/48": False,
    "100::/64": False,
    "100:0:0:1::/64": False,
    "2001::/23": False,
    "2001::/32": False,
    "2001:1::1/128": True,
    "2001:1::2/128": True,
    "2001:1::3/128": True,
    "2001:2::/48": False,
    "2001:3::/32": True,
    "2001:4:112::/48": True,
    "2001:10::/28": False,
    "2001:20::/28": True,
    "2001:30::/28": True,
    "2001:db8::/32": False,
    "2620:4f:8000::/48": True,
    "3fff::/20": False,
    "5f00::/16": False,
    "fc00::/7": False,
    "fe80::/10": False,
}
BEYOND = {  # of other registries and RFCs
    "224.0.0.0/4": False,  # multicast
    "ff00::/8": False,  # multicast
    "fec0::/10": False,  # site-local, deprecated
    "::/96": False,  # IPv4-compatible, deprecated
    "::ffff:0:0:0/96": False,  # IPv4-translated
    "4000::/2": False,  # not given out
    "8000::/1": False,  # not given out
}
BLOCKS = {**REGISTRIES, **BEYOND}


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_is_as_the_registry_has_it_at_both_of_its_ends(block: str) -> None:
    network = ip_network(block)
    assert is_public(str(network[0])) == _expected(network[0])
    assert is_public(str(network[-1])) == _expected(network[-1])
    middle = network[network.num_addresses // 2]
    assert is_public(str(middle)) == _expected(middle)


@pytest.mark.parametrize("block", BLOCKS)
def test_what_lies_beside_a_block_is_none_of_it(block: str) -> None:
    network = ip_network(block)
    for beside in (int(network[0]) - 1, int(network[-1]) + 1):
        kind = type(network[0])
        if 0 <= beside < 2**network.max_prefixlen:
            assert is_public(str(kind(beside))) == _expected(kind(beside)), kind(beside)


def _expected(address: IPv4Address | IPv6Address) -> bool:
    """By the longest block that has it; an IPv6 address must be of 2000::/3, and one that wraps an
    IPv4 address is as that is."""
    if isinstance(address, IPv6Address):
        for prefix, shift in (("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80)):
            if address in ip_network(prefix):
                return _expected(IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
    found = [
        network
        for network in map(ip_network, BLOCKS)
        if network.version == address.version and address in network
    ]
    if found:
        return BLOCKS[str(max(found, key=lambda network: network.prefixlen))]
    return isinstance(address, IPv4Address) or address in ip_network("2000::/3")


@given(st.ip_addresses())
def test_any_address_is_as_its_longest_block_has_it(address: IPv4Address | IPv6Address) -> None:
    assert is_public(str(address)) == _expected(address)


@given(st.ip_addresses(v=4))
def test_an_address_that_wraps_another_is_as_public_as_that(inner: IPv4Address) -> None:
    number = int(inner)
    for wrapped in (
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address(int(IPv6Address("64:ff9b::")) | number),
        IPv6Address(int(IPv6Address("2002::")) | number << 80),
    ):
        assert is_public(str(wrapped)) == is_public(str(inner))
    for dead_end in ("::", "::ffff:0:0:0", "64:ff9b:1::"):
        assert not is_public(str(IPv6Address(int(IPv6Address(dead_end)) | number)))


def test_a_zone_makes_no_difference_and_well_known_addresses_are_public() -> None:
    assert not is_public("fe80::1%eth0")
    for address in ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:82a::200e"):
        assert is_public(address)
        assert ip_address(address).is_global
