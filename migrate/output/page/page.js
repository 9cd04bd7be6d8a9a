"use strict";
// Draws the report. All text goes in as text nodes; a file's diff is built only once it is opened.
(() => {
  const report = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const OUTCOMES = ["exact", "renames", "unsafe", "left", "notice"];
  const ABOUT = {
    exact: "every graph name stays", renames: "some names change", unsafe: "the program may change",
    left: "a person decides", notice: "worth knowing",
  };

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === "class") element.className = value;
      else if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  function svg(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // ---- overview -----------------------------------------------------------------------------------------------------
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
    if (busiest.length) charts.append(bars("Files with most calls", busiest, "link", goTo, (number) => report.files[number].path));
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

  // ---- variables ----------------------------------------------------------------------------------------------------
  function variables() {
    const names = new Map();
    for (const file of report.files) for (const finding of file.findings) {
      for (const [old, fresh] of finding[6]) names.set(`${old}\n${fresh}`, [old, fresh]);
    }
    const pairs = [...names.values()];
    const changed = pairs.filter(([old, fresh]) => old !== fresh).length;
    byId("variables-note").textContent = pairs.length
      ? `${changed.toLocaleString("en")} of ${pairs.length.toLocaleString("en")} names change; * stands for what is only known when the program runs.`
      : "No variable gets another name.";
    if (!pairs.length) return;
    byId("trees").append(tree("Before", pairs, 0), tree("After", pairs, 1));
  }

  function tree(title, pairs, side) {
    const root = new Map();
    for (const pair of pairs) {
      let level = root;
      const parts = pair[side].split("/");
      parts.slice(0, -1).forEach((part) => {
        const key = `${part}/`;
        if (!level.has(key)) level.set(key, new Map());
        level = level.get(key);
      });
      const leaf = parts[parts.length - 1];
      const others = level.get(leaf) || [];
      level.set(leaf, others);
      others.push(pair);
    }
    const open = pairs.length <= 200;
    return make("div", { class: "tree" }, make("h3", null, title), branch(root, side, open));
  }

  function branch(level, side, open) {
    const keys = [...level.keys()].sort();
    return make("ul", null, ...keys.map((key) => {
      const below = level.get(key);
      if (!(below instanceof Map)) {
        const moved = below.some(([old, fresh]) => old !== fresh);
        const other = [...new Set(below.map((pair) => pair[1 - side]))].join(", ");
        const title = side ? `was ${other}` : `becomes ${other}`;
        return make("li", { class: "leaf" + (moved ? (side ? " come" : " gone") : ""), title }, key);
      }
      const details = make("details", { open }, make("summary", null, key));
      const fill = () => { if (details.children.length === 1) details.append(branch(below, side, open)); };
      if (open) fill(); else details.addEventListener("toggle", fill, { once: true });
      return make("li", null, details);
    }));
  }

  // ---- syntax -------------------------------------------------------------------------------------------------------
  const KEYWORDS = new Set(("False None True and as assert async await break class continue def del elif else except finally for from "
    + "global if import in is lambda nonlocal not or pass raise return try while with yield").split(" "));
  const BUILTINS = new Set(("abs all any bool bytes callable dict dir enumerate eval exec filter float format frozenset getattr hasattr hash "
    + "id input int isinstance issubclass iter len list map max min next object open ord pow print property range repr reversed round "
    + "set setattr slice sorted staticmethod str sum super tuple type vars zip Exception ValueError TypeError KeyError").split(" "));
  const TOKEN = /(#.*)|([rRbBuUfF]{0,2})("""|''')|([rRbBuUfF]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))|(\b\d[\w.]*|\.\d\w*)|([^\W\d]\w*)|(^\s*@)/gu;

  // The coloured pieces of one line, [from, to, kind], and the quote of a long string that is still open behind it.
  function colours(text, open) {
    const pieces = [];
    let at = 0;
    if (open) {
      const end = closing(text, open, 0);
      if (end < 0) return [[[0, text.length, "string"]], open];
      pieces.push([0, end, "string"]);
      at = end;
    }
    let before = "";
    TOKEN.lastIndex = at;
    for (let match; (match = TOKEN.exec(text));) {
      const from = match.index;
      let to = TOKEN.lastIndex;
      if (match[1] !== undefined) pieces.push([from, to, "comment"]);
      else if (match[3] !== undefined) {
        const end = closing(text, match[3], to);
        pieces.push([from, end < 0 ? text.length : end, "string"]);
        if (end < 0) return [pieces, match[3]];
        TOKEN.lastIndex = to = end;
      } else if (match[4] !== undefined) pieces.push([from, to, "string"]);
      else if (match[5] !== undefined) pieces.push([from, to, "number"]);
      else if (match[6] !== undefined) {
        const attribute = text[from - 1] === ".";
        if (before === "def" || before === "class") pieces.push([from, to, "defined"]);
        else if (!attribute && KEYWORDS.has(match[6])) pieces.push([from, to, "keyword"]);
        else if (!attribute && BUILTINS.has(match[6])) pieces.push([from, to, "builtin"]);
      } else pieces.push([to - 1, to, "decorator"]);
      before = match[6];
    }
    return [pieces, ""];
  }

  function closing(text, quote, from) {
    for (let at = from; at < text.length; at++) {
      if (text[at] === "\\") at++;
      else if (text.startsWith(quote, at)) return at + quote.length;
    }
    return -1;
  }

  // Marks come in characters, the script counts UTF-16 units.
  function units(text, characters) {
    if (!/[\ud800-\udfff]/.test(text)) return characters;
    const ends = [0];
    for (const character of text) ends.push(ends[ends.length - 1] + character.length);
    return characters.map((edge) => ends[edge]);
  }

  const HIDDEN = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/;

  function put(parent, text) {
    if (!HIDDEN.test(text)) { parent.append(text); return; }
    for (const part of text.split(new RegExp(`(${HIDDEN.source})`))) {
      if (!HIDDEN.test(part)) parent.append(part);
      else parent.append(make("span", { class: "hidden-char" }, `U+${part.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`));
    }
  }

  function source(line, pieces) {
    const text = line[1];
    const marks = units(text, line[2] || []);
    const edges = new Set([0, text.length, ...marks]);
    for (const [from, to] of pieces) { edges.add(from); edges.add(to); }
    const cuts = [...edges].sort((one, other) => one - other);
    const code = make("code");
    let piece = 0;
    for (let number = 0; number + 1 < cuts.length; number++) {
      const [from, to] = [cuts[number], cuts[number + 1]];
      while (piece < pieces.length && pieces[piece][1] <= from) piece++;
      const kind = piece < pieces.length && pieces[piece][0] <= from ? pieces[piece][2] : "";
      let marked = false;
      for (let edge = 0; edge < marks.length; edge += 2) marked ||= marks[edge] <= from && to <= marks[edge + 1];
      let target = code;
      if (marked) target = target.appendChild(make("mark"));
      if (kind) target = target.appendChild(make("span", { class: `s-${kind}` }));
      put(target, text.slice(from, to));
    }
    if (line[3]) code.append(make("span", { class: "s-comment" }, " \\ No newline at end of file"));
    return code;
  }

  // ---- files --------------------------------------------------------------------------------------------------------
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
        ...names.map(([old, fresh]) => make("span", { class: "names" }, `${old} → ${fresh}`)));
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

  // ---- filters and moving about -------------------------------------------------------------------------------------
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

  overview();
  variables();
  list();
  listen();
  apply();
  entries.filter((entry) => entry.file.hunks.length).slice(0, 3).forEach((entry) => { entry.details.open = true; draw(entries.indexOf(entry)); });
  follow();
  document.documentElement.dataset.ready = "yes";
})();
