// Source text: syntax colours, changed words, and characters that would not show.
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
