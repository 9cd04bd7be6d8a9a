"""Which name each variable gets: what names are taken, the decision table, the rename report's entries."""
