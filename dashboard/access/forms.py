"""The pages of signing in, as plain HTML: they must show on a browser that is too old for the dashboard, and tell so."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

from dashboard.language import Code, Language, language

STYLE = """
*{box-sizing:border-box}body{margin:0;background:#eef3f8;color:#1b2733;
font:16px/1.6 "Microsoft YaHei","PingFang SC","Noto Sans CJK SC","WenQuanYi Micro Hei",sans-serif}
main{max-width:26rem;margin:8vh auto 2rem;padding:1.6rem 1.8rem;background:#fff;border:1px solid #d5dde6;border-radius:6px}
h1{font-size:1.4rem;margin:0 0 .3rem}p{margin:.4rem 0}label{display:block;margin:.9rem 0 .2rem}
input{width:100%;padding:.55rem .6rem;border:1px solid #9aa8b6;border-radius:6px;font:inherit}
button,a.button{display:block;width:100%;margin-top:1rem;padding:.6rem;border:1px solid #1d5a96;border-radius:6px;text-align:center;
background:#1d5a96;color:#fff;font:inherit;cursor:pointer;text-decoration:none}
button.plain{background:#fff;color:#1d5a96}button:focus,input:focus,a:focus{outline:3px solid #c46a11;outline-offset:1px}
.note{padding:.5rem .7rem;border-left:4px solid #c46a11;background:#fdf3e7}.bad{border-color:#a4262c;background:#fbeaea}
.good{border-color:#2b7a5b;background:#e9f5ef}small{color:#4a5866}footer{text-align:center;margin-bottom:2rem}a{color:#1d5a96}
.old{display:none}
"""
# The first script does not parse where class static blocks are unknown (before Chromium 94); the second is for any browser at all.
MODERN = "class HallProbe{static{window.hallModern=typeof Object.hasOwn==='function'&&typeof [].at==='function'}}"
OLD = "if(!window.hallModern){document.getElementById('old').style.display='block'}"
INDEX = Path(st.__file__).parent / "static" / "index.html"
# Parts of the application that every page needs; fetched while the password is typed.
EARLY = ("PageLink", "Selectbox", "Button", "Metric", "DataFrame", "PlotlyChart")


def bundles() -> list[str]:
    """Scripts and styles that the application begins with, as addresses."""
    html = INDEX.read_text("utf-8")
    listed = re.findall(r'(?:src|href)="\./(static/(?:js|css)/[^"]+)"', html)
    chunks = [f"static/js/{path.name}" for part in EARLY for path in sorted((INDEX.parent / "static" / "js").glob(f"{part}.*.js"))]
    return list(dict.fromkeys([*listed, *chunks]))


def document(code: Code, title: str, body: str, prefetch: bool = False, other: str = "") -> str:
    """A whole page. `other` is the address of the same page in the other language."""
    _ = language(code)
    links = "".join(f'<link rel="prefetch" href="/{escape(address)}">' for address in bundles()) if prefetch else ""
    scripts = _("本系统需要启用 JavaScript")
    old = "浏览器版本过旧，无法使用本系统。请改用 360 极速浏览器、Edge 或 Chrome 的新版本（内核 94 以上），或联系管理员。"
    old += "<br><small>This browser is too old for the dashboard: use Chrome, Edge or another with Chromium 94 or later.</small>"
    switch = f'<a href="{escape(other)}" lang="{"en" if code == "zh" else "zh-CN"}">{"English" if code == "zh" else "中文"}</a>'
    return (
        f'<!DOCTYPE html><html lang="{"zh-CN" if code == "zh" else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="shortcut icon" href="/app/static/favicon.png"><style>{STYLE}</style>{links}</head><body>'
        f'<main><div id="old" class="note bad old" role="alert">{old}</div>'
        f"<script>{MODERN}</script><script>{OLD}</script>"
        f'<noscript><div class="note bad">{escape(scripts)}</div></noscript>'
        f"{body}</main><footer>{switch if other else ''}</footer></body></html>"
    )


def notice(text: str, kind: str = "bad") -> str:
    return f'<p class="note {kind}" role="alert">{escape(text)}</p>' if text else ""


def hidden(**values: str) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in values.items())


def field(name: str, label: str, kind: str, complete: str) -> str:
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{complete}" maxlength="128" required>'
    )


def submit(text: str, is_plain: bool = False, name: str = "", value: str = "", small: str = "") -> str:
    """A button that sends its form."""
    given = f' name="{name}" value="{escape(value)}"' if name else ""
    plain = ' class="plain"' if is_plain else ""
    return f"<button{given}{plain}>{escape(text)}{f'<br><small>{escape(small)}</small>' if small else ''}</button>"


def form(action: str, *parts: str) -> str:
    return f'<form method="post" action="{action}">{"".join(parts)}</form>'


def sign_in(_: Language, hall: str, body: str, message: str, other: str) -> str:
    """The sign-in page around a form, buttons or a link."""
    title = _("政务大厅运行看板")
    return document(_.code, title, f"<h1>{escape(title)}</h1><p><small>{escape(hall)}</small></p>{notice(message)}{body}", True, other)


def password_form(_: Language, path: str) -> str:
    return form(
        "/sign-in",
        hidden(next=path, lang=_.code),
        field("name", _("登录名"), "text", "username"),
        field("password", _("密码"), "password", "current-password"),
        submit(_("登录")),
    )


def demo_form(_: Language, path: str, people: Sequence[tuple[str, str, str]]) -> str:
    """One button a person: role, its name, and what of the hall is theirs."""
    buttons = [submit(label, place > 0, "demo", name, part) for place, (name, label, part) in enumerate(people)]
    words = _("演示模式：数据是合成的，点一个角色即可进入。只限本机。")
    return notice(words, "") + form("/sign-in", hidden(next=path, lang=_.code), *buttons)


def provider_link(_: Language, address: str) -> str:
    return f'<p><a class="button" href="{escape(address)}">' + escape(_("用统一身份登录")) + "</a></p>"


def account(_: Language, name: str, role: str, must_change: bool, has_password: bool, message: str, is_good: bool) -> str:
    """Password, and signing out here or everywhere."""
    title = _("我的账号")
    parts = [f"<h1>{escape(title)}</h1><p>{escape(name)} · {escape(role)}</p>", notice(message, "good" if is_good else "bad")]
    if has_password:
        if must_change:
            parts.append(notice(_("首次登录或密码到期，请先设置新密码"), ""))
        parts.append(
            form(
                "/account",
                hidden(act="password", lang=_.code),
                field("old", _("当前密码"), "password", "current-password"),
                field("new", _("新密码"), "password", "new-password"),
                field("again", _("再输入一次新密码"), "password", "new-password"),
                "<p><small>" + escape(_("至少 10 个字符，含大写、小写、数字、符号中的三种")) + "</small></p>",
                submit(_("修改密码")),
            )
        )
    parts.append(form("/sign-out", hidden(lang=_.code), submit(_("退出登录"), True)))
    parts.append(form("/account", hidden(act="everywhere", lang=_.code), submit(_("退出所有设备上的登录"), True)))
    if not must_change:
        parts.append(f'<p><a href="/?lang={_.code}">' + escape(_("回到看板")) + "</a></p>")
    return document(_.code, title, "".join(parts), other=f"/account?lang={'en' if _.code == 'zh' else 'zh'}")
