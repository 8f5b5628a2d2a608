"""Whether PyTorch is installed: training, aligning and encoders that are not converted need it, and
what serves does not.

Knows neither of them.
"""

from __future__ import annotations

from importlib.util import find_spec

from encoders.errors import PackageMissing

EXTRA = "train"
"""Of Palate: brings PyTorch, and the libraries of models that run on it."""
TODO = f"pip install 'palate[{EXTRA}]'"


def has_pytorch() -> bool:
    """Whether it could be imported. It is not."""
    try:
        return find_spec("torch") is not None
    except (ImportError, ValueError):
        return False


def require_pytorch(what: str) -> None:
    """PackageMissing where it is not installed; `what` needs it, at the beginning of a sentence."""
    if not has_pytorch():
        raise PackageMissing(what, "PyTorch", EXTRA)
