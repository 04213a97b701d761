"""A page's own choice as a row of buttons, kept in the URL."""

from collections.abc import Mapping

import streamlit as st

from dashboard import session


def buttons(name: str, options: Mapping[str, str], default: str, label: str) -> str:
    """One of `options` (value: words); the URL parameter `name` holds it."""
    current = session.page_choice(name, list(options), default)
    key = f"choice_{name}"
    session.seed(key, current)
    st.segmented_control(
        label, list(options), format_func=lambda option: options[option], key=key, on_change=session.bound(name, key), required=True
    )
    return current
