"""The command line: one file a group of commands; `render` turns results into tables, JSON and Markdown."""
