"""What the answers of object storage mean, for who has to cure it."""

import re

from etl.config import HallError
from etl.lake.credentials import Credentials

NAMED = re.compile(r"AWS Error ([A-Z0-9_]+)")
REASON = re.compile(r"curlCode: \d+, ([^;]+)")
REQUEST = re.compile(r"\s*\(Request ID:[^)]*\)")
UNREACHABLE = frozenset({"NETWORK_CONNECTION", "REQUEST_TIMEOUT", "SERVICE_UNAVAILABLE", "SLOW_DOWN", "INTERNAL_FAILURE", "THROTTLING"})
# A HEAD is answered without words: access denied may be a wrong key too.
REFUSED = frozenset(
    {
        "ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "INVALID_CLIENT_TOKEN_ID", "MISSING_AUTHENTICATION_TOKEN",
        "INVALID_SIGNATURE", "EXPIRED_TOKEN", "REQUEST_EXPIRED", "REQUEST_TIME_TOO_SKEWED", "UNRECOGNIZED_CLIENT",
    }
)  # fmt: skip


def refusal(error: OSError, endpoint: str, bucket: str, keys: Credentials) -> HallError | None:
    """The refusal that says what the storage answered or why there was no answer; None for an error of this machine's own files."""
    text = str(error)
    named = NAMED.search(text)
    if named is None and error.errno is not None:
        return None
    kind = named[1] if named else ""
    if kind in UNREACHABLE:
        reason = REASON.search(text)
        why = reason[1].strip() if reason else kind
        return HallError(
            f"连不上对象存储 {endpoint}（{why}），原来的版本没有变：请检查网络和 hall.toml 的 [lake]，然后重新运行",
            f"the object storage {endpoint} cannot be reached ({why}), the former version stays: look at the network and at [lake] in "
            "hall.toml, and run it again",
        )
    if kind in REFUSED:
        return HallError(
            f"对象存储 {endpoint} 拒绝访问存储桶 {bucket}（{kind}）：请检查桶名、密钥及其权限，以及本机时间",
            f"the object storage {endpoint} refuses access to the bucket {bucket} ({kind}): look at its name, at the keys and "
            "their rights, and at the clock of this machine",
        )
    if kind == "NO_SUCH_BUCKET":
        return HallError(f"{endpoint} 上没有存储桶 {bucket}", f"there is no bucket {bucket} at {endpoint}")
    said = keys.hidden(REQUEST.sub("", text.strip().splitlines()[0]))
    return HallError(f"对象存储 {endpoint} 出错：{said}", f"the object storage {endpoint} failed: {said}")
