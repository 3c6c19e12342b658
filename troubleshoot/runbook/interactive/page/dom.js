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

/** An author's text: plain paragraphs, in the direction of their own script. */
function prose(text, className = "") {
  const paragraphs = printable(text).split(/\n\s*\n/).map((each) => each.trim());
  return paragraphs
    .filter((each) => each)
    .map((each) => make("p", { className, dir: "auto" }, coded(each)));
}

const CODE = /`([^`\n]+)`/g;

/** An author's text as texts and elements: what stands in backticks is code. */
function coded(text) {
  return printable(text).split(CODE).map((each, i) => (i % 2 ? make("code", {}, each) : each));
}

/** The same to be read out, or as one text. */
function uncoded(text) {
  return text.replace(CODE, "$1");
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
