// Elements. Texts are always set as text: nothing of a tree is ever read as markup, and
// what a browser would obey in a text (controls, turns of direction) is not set at all.

const OBEYED = new RegExp(SHARED.unprintable, "gu");
const LINE_ENDS = new RegExp(SHARED.line_ends, "g");

/** A text without what would be obeyed; what is no text stays as it is. */
function printable(text) {
  if (typeof text !== "string") return text;
  return text.replace(LINE_ENDS, "\n").replace(OBEYED, "\ufffd");
}

/** An element with properties, listeners (`onclick`) and children, texts among them. */
function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made) made[name] = printable(value);
    else made.setAttribute(name, printable(value));
  }
  made.append(...children.flat().filter((each) => each !== null && each !== "").map(printable));
  return made;
}

/** A text that asks or tells what to do, in the direction of its own script. */
function told(text, className = "") {
  return text.trim() ? [make("p", { className, dir: "auto" }, coded(text))] : [];
}

// What a text that explains may consist of, and which addresses a link may have.
const BLOCKS = ["p", "pre", "ul", "ol", "li", "blockquote", "table", "tr", "th", "td"];
const TAGS = [...BLOCKS, "code", "em", "strong", "br", "a", "img"];
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)/i;

/** A text that explains: its blocks, as data.py wrote them, as elements. */
function explained(nodes) {
  return nodes.map(drawn);
}

function drawn(node) {
  if (typeof node === "string") return node;
  const { tag, children, href = "", start } = node;
  if (!TAGS.includes(tag)) throw new Error(`there is no element '${tag}'`);
  if (tag === "img") {
    const { src, alt, width, height } = node;
    return make(tag, { src: model.data.images[src], alt, width, height });
  }
  const inner = children.map(drawn);
  if (tag !== "a") {
    const own = BLOCKS.includes(tag) ? { dir: "auto" } : {};
    return make(tag, start === undefined ? own : { ...own, start }, ...inner);
  }
  if (!ADDRESS.test(href)) return make("span", {}, ...inner, ` (${href})`);
  return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...inner);
}

const CODE = /`([^`\n]+)`/g;

/** A text that asks or tells as texts and elements; its lines stand on their own. */
function coded(text) {
  const lines = model.lines[text];
  if (lines === undefined) return spanned(text);
  return lines.flatMap(([lead, words, whole], i) => [
    i ? make("br") : "",
    make("span", { className: "lead-in" }, lead),
    ...(whole ? [make("code", {}, words)] : spanned(words)),
  ]);
}

/** Words on a line; what stands in backticks is code. */
function spanned(text) {
  return printable(text)
    .split(CODE)
    .map((each, i) => (i % 2 ? make("code", {}, each) : each));
}

/** The lines of a text that asks or tells, as plain text. */
function linesOf(text) {
  const lines = model.lines[text];
  return lines ? lines.map(([lead, words]) => lead + words) : [text];
}

/** The same to be read out, or as one text. */
function uncoded(text) {
  return linesOf(text).join(" ").replace(CODE, "$1");
}

function heading(text, level = 2) {
  return make(`h${level}`, { dir: "auto" }, text);
}

function button(text, onclick, properties = {}) {
  return make("button", { type: "button", dir: "auto", onclick, ...properties }, coded(text));
}

/** What is folded away under a summary. */
function folded(summary, children, properties = {}) {
  return make("details", properties, make("summary", {}, summary), ...children);
}

function part(id) {
  return document.getElementById(id);
}
