"""How hard the properties are tried.

``quick`` is the default, and tries the same examples each time. ``pytest --hypothesis-profile
long``, or ``MISSINGRULES_LONG=1`` in the environment, looks much longer; run it before a release
and after a change to the kernel.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ("pytester",)

settings.register_profile(
    "quick",
    derandomize=True,
    max_examples=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long", settings.get_profile("quick"), max_examples=2000, derandomize=False
)
settings.load_profile("long" if os.environ.get("MISSINGRULES_LONG") else "quick")
