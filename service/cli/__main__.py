"""`python -m service.cli`, for where the `palate` script is not on the path."""

import sys

from service.cli.app import main

sys.exit(main())
