"""Who may see what, and who is asking: people, sign-in, sessions, and the rules of `data/rules/access.toml`."""

from etl.access.principal import Principal, Role
from etl.access.rules import NotAllowedError, Rules, access_rules

__all__ = ["NotAllowedError", "Principal", "Role", "Rules", "access_rules"]
