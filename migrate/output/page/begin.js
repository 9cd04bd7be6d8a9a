// Draws the page; the first diffs are open.
overview();
variables();
list();
listen();
apply();
entries.filter((entry) => entry.file.hunks.length).slice(0, 3).forEach((entry) => { entry.details.open = true; draw(entries.indexOf(entry)); });
follow();
document.documentElement.dataset.ready = "yes";
