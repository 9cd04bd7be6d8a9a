// Filters, links, keys and paper.
const visible = () => entries.filter((entry) => !entry.details.hidden);

function apply() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const outcome = byId("outcome").value;
  const code = byId("code").value;
  for (const entry of entries) {
    const found = entry.file.findings.some((one) => (!outcome || one[1] === outcome) && (!code || one[0] === code));
    entry.details.hidden = !((found || (!outcome && !code)) && words.every((word) => entry.text.includes(word)));
  }
  const number = visible().length;
  byId("shown").textContent = number === entries.length
    ? `${number.toLocaleString("en")} files with findings`
    : `${number.toLocaleString("en")} of ${entries.length.toLocaleString("en")} files`;
}

function filter(wanted) {
  byId("filters").reset();
  for (const [id, value] of Object.entries(wanted)) byId(id).value = value;
  apply();
  byId("files").scrollIntoView();
  byId("search").focus({ preventScroll: true });
}

function goTo(number) {
  const { details } = entries[number];
  details.hidden = false;
  details.open = true;
  draw(number);
  details.scrollIntoView();
  details.querySelector("summary").focus({ preventScroll: true });
}

function follow() {
  const match = /^#f(\d+)(-[on]\d+)?$/.exec(location.hash);
  if (!match || !entries[Number(match[1])]) return;
  goTo(Number(match[1]));
  document.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
  const line = byId(location.hash.slice(1));
  if (match[2] && line) {
    line.classList.add("at");
    if (line.nextElementSibling) line.nextElementSibling.classList.add("at");
    line.scrollIntoView({ block: "center" });
    line.focus({ preventScroll: true });
  }
}

function step(by) {
  const shown = visible();
  const now = shown.findIndex((entry) => entry.details.contains(document.activeElement));
  const next = shown[Math.min(Math.max(now + by, 0), shown.length - 1)];
  if (next) { next.details.querySelector("summary").focus(); next.details.scrollIntoView({ block: "nearest" }); }
}

function openAll() {
  const waiting = visible().filter((entry) => !entry.details.open);
  const some = () => {
    for (const entry of waiting.splice(0, 20)) entry.details.open = true;
    if (waiting.length) setTimeout(some);
  };
  some();
}

function listen() {
  let timer;
  byId("search").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, 80); });
  byId("outcome").addEventListener("change", apply);
  byId("code").addEventListener("change", apply);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("filters").addEventListener("reset", () => setTimeout(apply));
  byId("open-all").addEventListener("click", openAll);
  byId("close-all").addEventListener("click", () => entries.forEach((entry) => { entry.details.open = false; }));
  window.addEventListener("hashchange", follow);
  // Paper has no buttons: what the filters show is printed open, as long as that is readable.
  window.addEventListener("beforeprint", () => {
    const shown = visible();
    if (shown.length <= 200) shown.forEach((entry) => { entry.details.open = true; draw(entries.indexOf(entry)); });
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (event.key === "/") { event.preventDefault(); byId("search").focus(); }
    else if (event.key === "j" || event.key === "k") { event.preventDefault(); step(event.key === "j" ? 1 : -1); }
  });
}
