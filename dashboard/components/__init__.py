"""Parts that every page is made of: frame, filters, cards with their formula, tables with their export, empty and error states."""
