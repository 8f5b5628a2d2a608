"""Settings of the whole test run."""

from __future__ import annotations

import torch

# The models of the tests are tiny: shared out over cores, their threads would mostly wait for one
# another.
torch.set_num_threads(1)
