// JSON from anywhere: it means one thing, or it is refused, as the library refuses it.

/** What cannot be read; `why` is a key of the fixed words. */
class Refused extends Error {
  constructor(why = "not_a_session") {
    super(why);
    this.why = why;
  }
}

const BLANKS = /[ \t\n\r]*/y;
const LITERAL = /true|false|null/y;
const NUMERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y; // of a text, up to a quote or an escape
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const HALF_CHARACTER = /\p{Surrogate}/u;
const BROKEN = new WeakMap(); // names of numbers written with a point or an exponent

/** The JSON value, objects without a prototype; throws what is refused. */
function strictJson(text) {
  if (isLonger(text, LONGEST) || HALF_CHARACTER.test(text)) throw new Refused();
  const at = { text, place: 0 };
  const value = valueAt(at, 0);
  skipBlanks(at);
  if (at.place < text.length) throw new Refused();
  return value;
}

/** Whether a text has more characters than that, not counted in halves. */
function isLonger(text, most) {
  return text.length > most && [...text].length > most;
}

function valueAt(at, depth) {
  if (depth > DEEPEST) throw new Refused();
  skipBlanks(at);
  const first = at.text[at.place];
  if (first === "{") return objectAt(at, depth + 1);
  if (first === "[") return listAt(at, depth + 1);
  if (first === '"') return stringAt(at);
  const literal = token(at, LITERAL);
  return literal === null ? numberAt(at) : JSON.parse(literal);
}

function objectAt(at, depth) {
  const found = Object.create(null);
  for (const _ of membersAt(at, "{", "}")) {
    const name = stringAt(at);
    if (name in found) throw new Refused();
    expect(at, ":");
    const from = at.place;
    found[name] = valueAt(at, depth);
    if (isBroken(found[name], at.text.slice(from, at.place))) markBroken(found, name);
  }
  return found;
}

/** Whether a number is not written as a whole one: 1.0 is no 1 where one is counted. */
function isBroken(value, written) {
  return typeof value === "number" && /[.e]/i.test(written);
}

function markBroken(object, name) {
  BROKEN.set(object, new Set([...(BROKEN.get(object) ?? []), name]));
}

function listAt(at, depth) {
  const found = [];
  for (const _ of membersAt(at, "[", "]")) found.push(valueAt(at, depth));
  return found;
}

/** Stops before each member, with the commas between them read. */
function* membersAt(at, begin, end) {
  expect(at, begin);
  skipBlanks(at);
  if (at.text[at.place] === end) return expect(at, end);
  for (;;) {
    skipBlanks(at);
    yield;
    skipBlanks(at);
    if (at.text[at.place] === end) return expect(at, end);
    expect(at, ",");
  }
}

function stringAt(at) {
  const from = at.place;
  expect(at, '"');
  token(at, PLAIN);
  while (token(at, ESCAPE) !== null) token(at, PLAIN);
  if (at.text[at.place] !== '"') throw new Refused();
  at.place += 1;
  const value = JSON.parse(at.text.slice(from, at.place));
  // An escape may hide half a character.
  if (HALF_CHARACTER.test(value)) throw new Refused();
  return value;
}

function numberAt(at) {
  const found = token(at, NUMERAL);
  const number = Number(found ?? NaN);
  if (!Number.isFinite(number)) throw new Refused();
  return number;
}

function token(at, pattern) {
  pattern.lastIndex = at.place;
  const found = pattern.exec(at.text);
  if (found === null) return null;
  at.place += found[0].length;
  return found[0];
}

function skipBlanks(at) {
  token(at, BLANKS);
}

function expect(at, sign) {
  skipBlanks(at);
  if (at.text[at.place] !== sign) throw new Refused();
  at.place += sign.length;
}

/** Whether a value has a shape, in the words of JSON Schema that `SHARED` uses. */
function hasShape(value, shape) {
  if (shape.$ref) return hasShape(value, shapeOf(shape.$ref));
  const either = shape.anyOf ?? shape.oneOf;
  if (either) return either.some((each) => hasShape(value, each));
  if ("const" in shape) return value === shape.const;
  if (shape.enum) return shape.enum.includes(value);
  if (shape.type === "array") {
    return Array.isArray(value) && value.every((each) => hasShape(each, shape.items));
  }
  if (shape.type === "object") return isObject(value) && hasFields(value, shape);
  return shape.type === "null" ? value === null : typeof value === shape.type;
}

function hasFields(value, { properties = {}, required = [], additionalProperties: more }) {
  const fits = ([name, each]) =>
    Object.hasOwn(properties, name)
      ? hasShape(each, properties[name])
      : more !== false && hasShape(each, more);
  return required.every((each) => each in value) && Object.entries(value).every(fits);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shapeOf(reference) {
  return SHARED.saved.$defs[reference.split("/").at(-1)];
}
