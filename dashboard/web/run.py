"""The script that Streamlit runs for each visitor and each click.

It stands apart from `dashboard/pages`: beside a folder of that name Streamlit takes its older kind of pages and runs one of
them without the frame. `static/` beside this file is served under `/app/static`.
"""

from dashboard.app import main

if __name__ == "__main__":
    main()
