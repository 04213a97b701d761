"""What leadership takes away: one content model, three writers (Excel, Word, PDF), one command and one page.

    plan (TOML) ──▶ figures (etl.indicators.evaluate) ──▶ sentences, tables ──▶ content.Report ──▶ xlsx, docx, pdf

Nothing here is imported by a page's run: a report is made in a process of its own (`python -m dashboard.reports`).
"""
