"""`python -m experiments` is `fieldcast`."""

import sys

from experiments.cli import main

sys.exit(main())
