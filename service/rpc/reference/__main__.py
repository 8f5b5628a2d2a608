"""Writes what is made of the proto files: `openapi.json` of the gateway, and `docs/reference/`.

python -m service.rpc.reference
"""

from __future__ import annotations

from service.rpc.reference.made import write

if __name__ == "__main__":
    write()
