"""One file a page, in the order in which a manager reads them."""
