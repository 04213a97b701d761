"""Passwords: argon2id, what a password must be like, and a hash to compare with when there is no such person."""

import os
import re
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from etl.config import HallError

SHORTEST, LONGEST, KINDS_NEEDED = 10, 128, 3
KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^a-zA-Z0-9]"))
# Long enough and mixed, and still the first that anybody tries.
GUESSED = re.compile(r"(pass\s*w[o0]rd|p@ssw[o0]rd|admin|qwerty|asdf|abc123|1234|1qaz|iloveyou|welcome|letmein|zhengwu|dating)", re.I)


@cache
def hasher() -> PasswordHasher:
    """argon2id with 19 MiB and two passes: some 30 ms on the hall's PC. Tests set HALL_ARGON2 to `8,1` (KiB, passes)."""
    memory, passes = (int(part) for part in os.environ.get("HALL_ARGON2", "19456,2").split(","))
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=1)


def hashed(password: str) -> str:
    return hasher().hash(password)


@cache
def _nobody() -> str:
    return hashed(secrets.token_hex(16))


def matches(password: str, kept: str | None) -> bool:
    """Whether the password is the kept one. Without a kept one the same time is spent, so that names cannot be found out."""
    try:
        hasher().verify(kept or _nobody(), password[: LONGEST + 1])
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return kept is not None


def check(password: str, name: str) -> None:
    """Raises HallError naming what a new password lacks."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise HallError(f"密码应为 {SHORTEST} 到 {LONGEST} 个字符", f"a password has {SHORTEST} to {LONGEST} characters")
    if sum(bool(kind.search(password)) for kind in KINDS) < KINDS_NEEDED:
        raise HallError(
            "密码应含小写字母、大写字母、数字、其他符号中的至少三种",
            "a password has at least three of: small letters, capitals, digits, other signs",
        )
    if name.lower() in password.lower() or GUESSED.search(password) or len(set(password)) < SHORTEST // 2:
        raise HallError("密码太容易被猜到，请换一个", "this password is too easy to guess; choose another")


def first_password() -> str:
    """A password for the first sign-in, without signs that are mistaken for one another when read aloud."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    while True:
        groups = ["".join(secrets.choice(letters + "23456789") for _ in range(4)) for _ in range(4)]
        made = "-".join([groups[0].capitalize(), *groups[1:]])
        if sum(bool(kind.search(made)) for kind in KINDS) >= KINDS_NEEDED and not GUESSED.search(made):
            return made
