// The files: their findings, and their diffs side by side, each built only once it is opened.
const entries = [];

function list() {
  const parent = document.createDocumentFragment();
  report.files.forEach((file, number) => {
    const kinds = {};
    for (const finding of file.findings) kinds[finding[1]] = (kinds[finding[1]] || 0) + 1;
    const badges = OUTCOMES.filter((kind) => kinds[kind]).map((kind) =>
      make("span", { class: `badge ${kind}` }, `${kinds[kind]} ${kind}`));
    const details = make("details", { class: "file", id: `f${number}` },
      make("summary", null, make("span", { class: "path" }, file.path), ...badges));
    details.addEventListener("toggle", () => { if (details.open) draw(number); });
    const words = file.findings.map((one) => [one[0], one[4], one[5], ...one[6].flat()].join(" "));
    entries.push({ details, file, drawn: false, text: [file.path, ...words].join("\n").toLowerCase() });
    parent.append(details);
  });
  byId("list").append(parent);
  const present = new Set(report.files.flatMap((file) => file.findings.map((one) => one[1])));
  byId("outcome").append(...OUTCOMES.filter((kind) => present.has(kind)).map((kind) => make("option", { value: kind }, kind)));
  const codes = [...new Set(report.files.flatMap((file) => file.findings.map((one) => one[0])))].sort();
  byId("code").append(...codes.map((code) =>
    make("option", { value: code }, report.rules[code] ? `${code} ${report.rules[code][0]}` : code)));
}

function draw(number) {
  const entry = entries[number];
  if (entry.drawn) return;
  entry.drawn = true;
  const lines = new Set(entry.file.hunks.flatMap((hunk) => {
    const olds = [];
    let old = hunk.old;
    for (const line of hunk.lines) if (line[0] !== "+") olds.push(old++);
    return olds;
  }));
  entry.details.append(make("ul", { class: "findings" }, ...entry.file.findings.map((one) => {
    const [code, kind, line, column, message, advice, names] = one;
    const place = `${line}:${column}`;
    const where = lines.has(line) ? make("a", { href: `#f${number}-o${line}` }, place) : place;
    const rule = report.rules[code];
    return make("li", null, where, " ", make("span", { class: kind, title: rule ? rule[1] : false }, `${code} ${kind}`), ` ${message}`,
      advice ? make("span", { class: "advice" }, ` ${advice}`) : null,
      ...names.map(([old, fresh]) => make("span", { class: "names" }, old === fresh ? `${old} stays` : `${old} → ${fresh}`)));
  })));
  if (entry.file.hunks.length) entry.details.append(diff(number, entry.file.hunks));
}

function diff(number, hunks) {
  const body = make("div", { class: "diff" });
  for (const hunk of hunks) {
    body.append(make("div", { class: "hunk" }, `line ${hunk.old} → ${hunk.new}`));
    let [old, fresh] = [hunk.old, hunk.new];
    let [openOld, openNew] = hunk.open;
    let pending = [[], []];
    const flush = () => {
      if (!pending[0].length && !pending[1].length) return;
      const rows = aligned(...pending).map(([left, right]) => make("div", { class: "row" }, ...(left || gap()), ...(right || gap())));
      body.append(make("div", { class: "change" }, ...rows));
      pending = [[], []];
    };
    for (const line of hunk.lines) {
      let pieces, other;
      if (line[0] === " ") {
        flush();
        [pieces, openOld] = colours(line[1], openOld);
        [other, openNew] = colours(line[1], openNew);
        body.append(make("div", { class: "row same" }, ...cell(number, "o", old++, line, pieces, ""), ...cell(number, "n", fresh++, line, other, "")));
      } else if (line[0] === "-") {
        [pieces, openOld] = colours(line[1], openOld);
        pending[0].push(cell(number, "o", old++, line, pieces, "removed"));
      } else {
        [pieces, openNew] = colours(line[1], openNew);
        pending[1].push(cell(number, "n", fresh++, line, pieces, "added"));
      }
    }
    flush();
  }
  return body;
}

// Removed lines beside added ones: those that differ in their indentation only meet, the others follow in order.
function aligned(olds, news) {
  const words = (cells) => cells[1].textContent.trim();
  const rows = [];
  let [left, right] = [0, 0];
  const until = (oldEnd, newEnd) => {
    while (left < oldEnd || right < newEnd) {
      rows.push([left < oldEnd ? olds[left++] : null, right < newEnd ? news[right++] : null]);
    }
  };
  for (let at = 0; at < olds.length; at++) {
    const same = words(olds[at]) ? news.findIndex((cells, number) => number >= right && words(cells) === words(olds[at])) : -1;
    if (same >= 0) { until(at, same); rows.push([olds[at], news[same]]); [left, right] = [at + 1, same + 1]; }
  }
  until(olds.length, news.length);
  return rows;
}

function cell(number, side, line, data, pieces, kind) {
  const id = `f${number}-${side}${line}`;
  const link = make("a", { href: `#${id}`, id, class: kind, "aria-label": `${side === "o" ? "old" : "new"} line ${line}` }, String(line));
  const code = source(data, pieces);
  code.className = kind;
  return [link, code];
}

const gap = () => [make("span", { class: "none" }), make("span", { class: "none" })];
