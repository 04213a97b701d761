"""What people write as a reason: long enough to say something, short enough to read, and without anybody's numbers."""

import re

from etl.config import HallError

LONGEST_REASON = 500
# Reasons are shown to everyone who sees what they are about: no ID number and no telephone number belongs into them.
PERSONAL = re.compile(r"(?<!\d)(\d{17}[\dXx]|\d{15}|1\d{10})(?!\d)")


def checked(reason: str, is_required: bool = True) -> str:
    """The reason as it is kept. Raises HallError with what to do instead."""
    text = reason.strip()
    if is_required and not text:
        raise HallError("请写明理由", "give the reason")
    if len(text) > LONGEST_REASON:
        raise HallError(
            f"理由过长（{len(text)} 字），最多 {LONGEST_REASON} 字", f"the reason is too long ({len(text)}); at most {LONGEST_REASON}"
        )
    if PERSONAL.search(text):
        raise HallError(
            "理由中似有证件号码或电话号码，请删去后再提交", "the reason seems to hold an ID or telephone number; leave it out and try again"
        )
    return text


def acting(actor: str) -> str:
    """Whoever acts, by their sign-in name. Raises HallError when nobody does."""
    if not actor.strip():
        raise HallError("没有经办人", "nobody acts: the actor is missing")
    return actor
