"""A choice of a page's own, kept in the URL."""

from collections.abc import Mapping

import streamlit as st

from dashboard import session


def buttons(name: str, options: Mapping[str, str], default: str, label: str, help: str | None = None) -> str:
    """A row of buttons; `options` are values of the URL with their words."""
    current = session.page_choice(name, list(options), default)
    key = f"choice_{name}"
    session.seed(key, current)
    st.segmented_control(
        label, list(options), format_func=lambda option: options[option], key=key, on_change=session.bound(name, key), required=True,
        help=help,
    )  # fmt: skip
    return current


def box(name: str, options: Mapping[str, str], default: str, label: str) -> str:
    """A drop-down, for more options than fit in a row."""
    current = session.page_choice(name, list(options), default)
    key = f"choice_{name}"
    session.seed(key, current)
    st.selectbox(label, list(options), format_func=lambda option: options[option], key=key, on_change=session.bound(name, key))
    return current
