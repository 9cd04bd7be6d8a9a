"""The page that `--report` writes: `build` fills `page.html` with `page.css`, `page.js` and the report's data."""
