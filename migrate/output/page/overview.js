// The numbers and the charts.
const counts = report.counts;
const rewritten = counts.seen - counts.left;

function overview() {
  byId("version").textContent = report.version;
  byId("headline").textContent = report.headline;
  document.title = `migrate report: ${report.headline}`;
  const numbers = [
    [counts.files, "files looked at"], [counts.changed, report.applied ? "files changed" : "files would change"],
    [counts.seen, "calls seen"], [rewritten, "calls rewritten"], [counts.left, "calls left"],
  ];
  if (counts.failed) numbers.push([counts.failed, "files failed"]);
  byId("numbers").append(...numbers.map(([number, text]) =>
    make("div", { class: "number" }, make("b", null, number.toLocaleString("en")), make("span", null, text))));
  const charts = byId("charts");
  charts.append(levels());
  if (Object.keys(counts.left_by).length) {
    charts.append(bars("Left, by reason", Object.entries(counts.left_by), "left", (code) => filter({ code })));
  }
  if (Object.keys(counts.rewritten_by).length) {
    charts.append(bars("Rewritten, by rule", Object.entries(counts.rewritten_by), "exact", (code) => filter({ code })));
  }
  const busiest = report.files.map((file, number) => [number, file.findings.filter((one) => one[1] !== "notice").length])
    .sort((one, other) => other[1] - one[1] || one[0] - other[0]).slice(0, 10).filter((one) => one[1]);
  if (busiest.length) charts.append(bars("Files with most findings", busiest, "link", goTo, (number) => report.files[number].path));
  if (report.failures.length) {
    byId("failures").hidden = false;
    byId("failures").querySelector("ul").append(...report.failures.map(([path, line, cause]) =>
      make("li", null, make("b", null, line ? `${path}:${line}` : path), `: ${cause}`)));
  }
}

function levels() {
  const parts = [...OUTCOMES.slice(0, 3).map((level) => [level, counts.levels[level] || 0]), ["left", counts.left]]
    .filter((part) => part[1]);
  const total = parts.reduce((sum, part) => sum + part[1], 0);
  const said = parts.map(([name, number]) => `${number} ${name}`).join(", ") || "no calls";
  const picture = svg("svg", { viewBox: "0 0 600 36", role: "img", "aria-label": `Calls: ${said}` });
  let x = 0;
  for (const [name, number] of parts) {
    const width = 600 * number / total;
    picture.append(svg("rect", { x, y: 4, width: Math.max(width - 2, 1), height: 28, rx: 4, fill: `var(--${name})` },
      svg("title", {}, `${number} ${name}`)));
    x += width;
  }
  const legend = make("div", { class: "legend" }, ...parts.map(([name, number]) => {
    const swatch = make("i");
    swatch.style.background = `var(--${name})`;
    return make("span", null, swatch, `${number.toLocaleString("en")} ${name}: ${ABOUT[name]}`);
  }));
  return make("div", { class: "chart" }, make("h3", null, "Calls, by level"), picture, legend);
}

function bars(title, entries, color, act, named) {
  const most = Math.max(...entries.map((entry) => entry[1]));
  const rows = entries.map(([key, number]) => {
    const rule = report.rules[key];
    const name = named ? named(key) : key;
    const picture = svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true", height: 12 },
      svg("rect", { x: 0, y: 0, width: Math.max(100 * number / most, 1), height: 8, rx: 1, fill: `var(--${color})` }));
    picture.style.height = "12px";
    return make("button", { type: "button", class: "bar", click: () => act(key) },
      make("span", { class: "name" }, name, rule ? make("small", null, rule[1]) : null), picture,
      make("span", { class: "many" }, number.toLocaleString("en")));
  });
  return make("div", { class: "chart" }, make("h3", null, title), ...rows);
}
