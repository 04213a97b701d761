"""Choices of a page that are kept in its URL."""

import streamlit as st

from dashboard import session


def buttons(name: str, options: dict[str, str], default: str, label: str) -> str:
    """A row of buttons: value → words. Returns the value chosen."""
    current = session.page_choice(name, list(options), default)
    key = f"choice_{name}"
    session.seed(key, current)
    st.segmented_control(
        label, list(options), format_func=lambda option: options[option], key=key, on_change=session.bound(name, key), required=True
    )
    return current


def box(name: str, options: dict[str, str], default: str, label: str) -> str:
    """A list to choose from: value → words. Returns the value chosen."""
    current = session.page_choice(name, list(options), default)
    key = f"choice_{name}"
    session.seed(key, current)
    st.selectbox(label, list(options), format_func=lambda option: options[option], key=key, on_change=session.bound(name, key))
    return current
