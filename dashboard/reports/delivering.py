"""Hands a finished report on: a copy into a shared folder, a message by the notification library. Off unless the office turns it on."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from etl.config import HallError, Notify


def deliver(notify: Notify, title: str, body: str, files: Sequence[Path]) -> list[str]:
    """Copies and sends. Returns what was done, in words without the addresses. Raises HallError when it is off or something failed.

    The addresses hold secrets (passwords, tokens): they are neither printed nor logged.
    """
    if not notify.on:
        raise HallError(
            "未开启发送：请在 hall.toml 的 [notify] 中设 on = true", "delivery is off: set on = true under [notify] in hall.toml"
        )
    done: list[str] = []
    if notify.folder is not None:
        folder = Path(notify.folder).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file in files:
                shutil.copyfile(file, folder / file.name)
        except OSError as error:
            raise HallError(f"无法复制到 {folder}：{error.strerror}", f"cannot copy to {folder}: {error.strerror}") from None
        done.append(f"folder: {len(files)}")
    if notify.urls:
        _send(notify.urls, title, body, files)
        done.append(f"messages: {len(notify.urls)}")
    return done


def _send(urls: Sequence[str], title: str, body: str, files: Sequence[Path]) -> None:
    try:
        import apprise
    except ImportError:
        raise HallError(
            "没有安装发送所需的组件：请安装 service-hall-dashboard[notify]",
            "the notification library is missing: install service-hall-dashboard[notify]",
        ) from None
    for place, url in enumerate(urls, 1):
        sender = apprise.Apprise()
        if not sender.add(url):
            raise HallError(f"hall.toml 中第 {place} 个发送地址无法识别", f"address {place} under [notify] in hall.toml is not understood")
        # A channel without attachments (some chat robots) still gets the message.
        if not sender.notify(title=title, body=body, attach=[str(file) for file in files]) and not sender.notify(title=title, body=body):
            raise HallError(f"第 {place} 个地址发送失败", f"sending to address {place} failed")
