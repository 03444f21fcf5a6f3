"""Words of logs and policies, written for people."""

from __future__ import annotations

from typing import Final

_CALLED: Final = {
    "childrens_social_care": "children's social care",
    "mash": "MASH",
    "away_without_authorisation": "away without authorisation",
    "childrens_home": "children's home",
    "cse": "child sexual exploitation",
    "cce": "child criminal exploitation",
    "self_harm": "self-harm",
}


def plain(word: str) -> str:
    """Write a word of a log or a policy for people."""
    return _CALLED.get(word, word.replace("_", " "))
