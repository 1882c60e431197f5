"""Words as an editor lists them in content files: whole, or with `*` for any ending."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(forms: Iterable[str]) -> re.Pattern[str]:
    """Give the pattern that finds any of some forms, in any case, with one space or more between words.

    It finds nothing where there are no forms.
    """
    parts = [re.escape(form).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for form in forms]
    bounded = [rf"\b{part}\b" if part[0].isalnum() else part for part in parts]
    return re.compile("|".join(bounded) or "(?!)", re.IGNORECASE)
