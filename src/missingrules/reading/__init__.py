"""Reading what forces really have: extracts in tables, brought into the form of a log."""
