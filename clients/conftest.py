"""The server of the other clients' tests. These here are run by `make test-clients`: they need compilers that
`make install` does not bring."""

from tests.clients.conftest import server

__all__ = ["server"]
