// Variables: names in braces in the texts of a tree, and what stands there in a session.
//
// Texts that are written are in the data of a model, texts that are told in the model
// itself. Each value is put in once, and is no markup: blocks were read before.

const { MAX_VALUE } = SHARED.numbers;
const IN_WORDS = new RegExp(SHARED.variables.words, "g");
const IN_CODE = new RegExp(SHARED.variables.code, "g");
const IN_ADDRESS = new RegExp(SHARED.variables.address, "g");
const CODE_IN = new RegExp(SHARED.variables.spans, "gms");

/** What the variables stand for: what was answered, what the host said, or the tree. */
function valuesOf({ model, options, events }) {
  const values = { ...model.data.variables, ...options.variables };
  const asked = Object.keys(values).filter((each) => model.question.has(each));
  if (!asked.length) return values;
  const { answers, said } = stateOf(model, events);
  for (const name of asked) {
    const question = model.question.get(name);
    if (question.private || !answers.has(name)) continue;
    const { value } = said.get(`question ${name}`);
    const before = putInText({ ...model.data.variables, ...options.variables });
    values[name] = asValue(answerSaid(question.written, answers.get(name), value, before));
  }
  return values;
}

/** An answer as it reads: a number with its unit, or its text. */
function answerSaid({ answers, unit, joined }, reply, value, before) {
  if (value !== undefined && value !== null) return `${value} ${unit}`;
  if (Array.isArray(reply)) {
    const texts = answers.filter(({ id }) => reply.includes(id)).map((x) => before(x.text));
    const most = texts.slice(0, -1).join(", ");
    return most ? `${most} ${joined.and} ${texts.at(-1)}` : (texts[0] ?? joined.none);
  }
  const { text, range } = answers.find((each) => each.id === reply);
  return range ? text : before(text);
}

/** What was said as it may stand in any text. */
function asValue(text) {
  const line = text.replace(/\s+/g, " ").trim().replace(/`/g, "'");
  return [...line].slice(0, MAX_VALUE).join("");
}

function putIn(text, values, code = false) {
  return text.replace(code ? IN_CODE : IN_WORDS, (all, opened, closed, name) => {
    if (name === undefined) return code ? opened : (opened ?? closed)[0];
    return Object.hasOwn(values, name) ? values[name] : all;
  });
}

/** How a text is told that is read without blocks. */
function putInText(values) {
  return (text) => {
    let told = "";
    let end = 0;
    for (const found of text.matchAll(CODE_IN)) {
      told += putIn(text.slice(end, found.index), values) + putIn(found[0], values, true);
      end = found.index + found[0].length;
    }
    return told + putIn(text.slice(end), values);
  };
}

/** How a text is told that was read as blocks. */
function putInNodes(values) {
  const inNode = (node, code = false) => {
    if (typeof node === "string") return putIn(node, values, code);
    const children = node.children.map((each) => inNode(each, code || node.tag === "code"));
    if (node.tag === "img") return { ...node, alt: putIn(node.alt, values) };
    return "href" in node
      ? { ...node, href: putInAddress(node.href, values), children }
      : { ...node, children };
  };
  return (nodes) => nodes.map((each) => inNode(each));
}

function putInAddress(address, values) {
  return address.replace(IN_ADDRESS, (all, name) =>
    Object.hasOwn(values, name) ? quoted(values[name]) : all,
  );
}

/** As an address holds it, and nothing that leads elsewhere. */
function quoted(text) {
  const code = (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, code);
}

/** Tells the texts of the model with these values. */
function tell(model, values) {
  if (!Object.keys(model.data.variables).length) return;
  const text = putInText(values);
  const nodes = putInNodes(values);
  const { data } = model;
  model.title = text(data.title);
  model.symptom = text(data.symptom);
  for (const it of [...model.causes.values()].filter((each) => each.written)) {
    const { title, about, groups } = it.written;
    Object.assign(it, { title: text(title), about: nodes(about), groups: groups.map(text) });
  }
  for (const it of model.questions) {
    const { ask, why, how, answers, stop } = it.written;
    Object.assign(it, { ask: text(ask), why: nodes(why), how: nodes(how) });
    it.answers = answers.map((each) => (each.range ? each : { ...each, text: text(each.text) }));
    it.stop = Object.fromEntries(Object.entries(stop).map(([id, each]) => [id, text(each)]));
  }
  for (const it of model.actions) {
    const { title, do: told, why, how, verify, caution, warning } = it.written;
    Object.assign(it, { title: text(title), do: text(told), verify: text(verify) });
    Object.assign(it, { why: nodes(why), how: nodes(how), caution: nodes(caution) });
    it.warning = warning.map(text);
  }
  for (const it of [...model.questions, ...model.actions]) {
    it.takes = it.written.takes.map(text);
  }
  for (const it of model.record.values()) it.title = text(it.written.title);
  for (const it of model.setup.values()) it.do = text(it.written.do);
  model.watch = { ...data.watch, note: text(data.watch.note) };
  if (data.escalate !== null) {
    const { to, bring } = data.escalate;
    model.escalate = { ...data.escalate, to: text(to), bring: bring.map(text) };
  }
  model.lines = Object.fromEntries(
    Object.entries(data.lines).map(([written, lines]) => [
      text(written),
      lines.map(([lead, words, whole]) => [
        lead,
        whole ? putIn(words, values, true) : text(words),
        whole,
      ]),
    ]),
  );
}
