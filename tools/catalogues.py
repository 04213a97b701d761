"""Brings the catalogues in dashboard/locale in step with the code: `python -m tools.catalogues`.

Messages are Chinese in the code. New ones are added to both catalogues (Chinese as itself, English left empty for a person
to fill in), those no longer used are dropped, and the compiled files are written anew. With `--check` it writes nothing and
ends with 1 when something is missing or stale.
"""

import argparse
import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DASHBOARD = Path(__file__).parents[1] / "dashboard"
KEYWORDS = {"_": None, "speak": None, "count": (1, 1)}
LOCALES = ("zh_CN", "en")


def used_messages(folder: Path = DASHBOARD) -> dict[str, bool]:
    """Every message of the code, and whether it has a plural."""
    found: dict[str, bool] = {}
    for _, _, message, _, _ in extract_from_dir(str(folder), [("**.py", "python")], keywords=KEYWORDS):
        if isinstance(message, tuple):
            found[message[0]] = True
        else:
            found.setdefault(message, False)
    return dict(sorted(found.items()))


def read(locale: str, folder: Path = DASHBOARD) -> Catalog:
    """The catalogue as it stands; an empty one when there is none."""
    path = folder / "locale" / locale / "LC_MESSAGES" / "dashboard.po"
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def brought_up(old: Catalog, locale: str, used: dict[str, bool]) -> Catalog:
    """A catalogue of exactly the used messages with the translations there were."""
    new = Catalog(locale=locale, project="dashboard", version="1", fuzzy=False, charset="utf-8")
    for message, plural in used.items():
        former = old.get(message)
        text = former.string if former is not None else ""
        forms = new.num_plurals
        if plural:
            listed = list(text) if isinstance(text, tuple | list) else [text] * forms
            new.add((message, message), tuple(one or (message if locale == "zh_CN" else "") for one in listed))
        else:
            single = text[0] if isinstance(text, tuple | list) else text
            new.add(message, single or (message if locale == "zh_CN" else ""))
    return new


def written(catalog: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as the text of its .po and .mo files, the same for the same messages."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalog, width=140, sort_output=True, omit_header=True)
    plurals = catalog.plural_forms
    lines = (f"Language: {catalog.locale}", f"Plural-Forms: {plurals}", "Content-Type: text/plain; charset=utf-8")
    header = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines) + "\n"
    text = header.encode() + po.getvalue()
    compiled = read_po(io.BytesIO(text), locale=str(catalog.locale))
    # The header would carry the time of writing: the same messages must give the same bytes.
    compiled.creation_date = compiled.revision_date = datetime(2018, 1, 1, tzinfo=UTC)
    write_mo(mo, compiled)
    return text, mo.getvalue()


def main() -> None:
    """Writes the catalogues, or with `--check` only compares."""
    parser = argparse.ArgumentParser(prog="catalogues")
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    used = used_messages()
    for locale in LOCALES:
        catalog = brought_up(read(locale), locale, used)
        folder = DASHBOARD / "locale" / locale / "LC_MESSAGES"
        for name, content in zip(("dashboard.po", "dashboard.mo"), written(catalog), strict=True):
            path = folder / name
            if not path.exists() or path.read_bytes() != content:
                stale.append(f"{locale}/{name}")
                if not check:
                    folder.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
        empty = [
            message.id
            for message in catalog
            if message.id and not all(message.string if isinstance(message.string, tuple) else [message.string])
        ]
        sys.stdout.write("".join(f"{locale}: no translation of {message}\n" for message in empty))
        stale += [f"{locale}: {len(empty)} empty"] if empty else []
    if check and stale:
        sys.exit("stale: " + ", ".join(stale))


if __name__ == "__main__":
    main()
