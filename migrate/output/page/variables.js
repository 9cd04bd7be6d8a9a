// The scope trees of the variables, before and after.
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
      const others = [...new Set(below.filter(([old, fresh]) => old !== fresh).map((pair) => pair[1 - side]))];
      if (!others.length) return make("li", { class: "leaf" }, key);
      const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
      const told = make("small", null, ` ${side ? "←" : "→"} ${others.slice(0, 3).join(", ")}${more}`);
      return make("li", { class: `leaf ${side ? "come" : "gone"}`, title: others.join(", ") }, key, told);
    }
    const details = make("details", { open }, make("summary", null, key));
    const fill = () => { if (details.children.length === 1) details.append(branch(below, side, open)); };
    if (open) fill(); else details.addEventListener("toggle", fill, { once: true });
    return make("li", null, details);
  }));
}
