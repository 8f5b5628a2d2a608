"""Converts the networks of the bundled encoders, for the wheel to carry.

    python -m encoders.carry

Needs their weights, PyTorch and OpenVINO. Leaves them where `encoders.networks.carried` looks for
them; a checkout that has them there uses them as well.
"""

from __future__ import annotations

from encoders.networks.carried import carry
from encoders.registry import bundled_image_encoder, bundled_text_encoder


def main() -> None:
    for encoder in (bundled_text_encoder(), bundled_image_encoder()):
        carry(encoder.name, encoder.dim, encoder.fingerprint, encoder.reference())


if __name__ == "__main__":
    main()
