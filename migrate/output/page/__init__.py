"""The page that `--report` writes: `build` fills `page.html` with `page.css`, the scripts and the report's data."""
