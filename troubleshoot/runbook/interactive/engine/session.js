// A session is a value: what is said to one returns another. Its JSON is the one that
// the library reads and writes.

const FORMAT = 1;
const SOMEBODY = "customer";

// A comma is as good as a point, but "1,000" may be meant as a thousand.
const NUMBER =
  /^(?![-+]?[1-9]\d{0,2},\d{3}(?!\d))([-+]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[-+]?\d{1,4})?)\s*(.*)$/;

/** A session with nothing said yet but the facts: `{step, answer, value}`. */
function begin(model, facts = model.data.facts, options = model.data.options) {
  const session = { model, options, events: [], undone: [] };
  const signed = stamp(session);
  const told = facts.map((each) => ({ kind: "told", ...signed, ...each }));
  session.events = [{ kind: "begun", ...signed }, ...told];
  return session;
}

function stamp({ options }) {
  return { at: new Date().toISOString(), actor: options.by?.[0] ?? SOMEBODY };
}

function withEvents(session, ...events) {
  return { ...session, events: [...session.events, ...events], undone: [] };
}

/** After this reply; `asked` is the question as it was put, if it was. */
function answer(session, step, reply, { value, asked } = {}) {
  const { answers, pointless } = stateOf(session.model, session.events);
  const kind = answers.has(step) || pointless.has(step) ? "changed" : "answered";
  const signed = stamp(session);
  const said = { kind, ...signed, step, answer: reply, ...numberSaid(value) };
  if (!asked) return withEvents(session, said);
  const { bits, minutes } = asked;
  const put = { kind: "asked", ...signed, step, bits: six(bits), minutes: six(minutes) };
  return withEvents(session, put, said);
}

function numberSaid(value) {
  return value === undefined ? {} : { value };
}

function six(number) {
  return Math.round(number * 1e6) / 1e6;
}

/** As if this had been answered at first. */
function changeAnswer(session, step, reply, { value } = {}) {
  const said = { step, answer: reply, ...numberSaid(value) };
  return withEvents(session, { kind: "changed", ...stamp(session), ...said });
}

/** As if this had come of the action at first. */
function changeOutcome(session, step, fixed) {
  return withEvents(session, { kind: "corrected", ...stamp(session), step, fixed });
}

function tried(session, step, fixed) {
  return withEvents(session, { kind: "tried", ...stamp(session), step, fixed });
}

function skip(session, step) {
  return withEvents(session, { kind: "skipped", ...stamp(session), step });
}

function giveUp(session, text = "") {
  return withEvents(session, { kind: "ended", ...stamp(session), text });
}

function note(session, text) {
  return withEvents(session, { kind: "noted", ...stamp(session), text });
}

function canUndo({ events }) {
  return !["begun", "told"].includes(events.at(-1).kind);
}

/** Before the last move, which `redo` takes back. */
function undo(session) {
  const { events, undone } = session;
  const size = events.at(-2).kind === "asked" ? 2 : 1;
  const move = events.slice(-size);
  return { ...session, events: events.slice(0, -size), undone: [...move, ...undone] };
}

function redo(session) {
  const { events, undone } = session;
  const size = undone[0].kind === "asked" ? 2 : 1;
  const move = undone.slice(0, size);
  return { ...session, events: [...events, ...move], undone: undone.slice(size) };
}

/** What was said, as `{answer, value}`; null if it is none of the answers. */
function understood(question, said) {
  const wanted = said.trim().toLowerCase();
  const { answers, unit } = question;
  const named =
    answers.find((each) => each.id === wanted) ??
    answers.find((each) => each.text.trim().toLowerCase() === wanted);
  if (named) return { answer: named.id };
  const number = NUMBER.exec(wanted);
  if (!unit || !number) return null;
  if (number[2] && number[2] !== unit.trim().toLowerCase()) return null;
  const value = Number(number[1].replace(",", "."));
  const found = answers.find((each) => each.range && isIn(each.range, value));
  return found ? { answer: found.id, value } : null;
}

/** Whether a number belongs to a range; an end that is null is far away. */
function isIn({ low, high, low_open: lowOpen, high_open: highOpen }, number) {
  const above = low === null || number > low || (!lowOpen && number === low);
  const below = high === null || number < high || (!highOpen && number === high);
  return Number.isFinite(number) && above && below;
}

/** The session as the text from which `resumed` and the library go on. */
function written(session) {
  const { model, options, events, undone } = session;
  const saved = {
    format: FORMAT,
    library: model.data.library,
    tree: model.data.tree,
    options,
    events,
    texts: textsOf(model, [...events, ...undone]),
    outcome: outcomeOf(nextStep(session)),
  };
  if (undone.length) saved.undone = undone;
  return `${JSON.stringify(saved, null, 2)}\n`;
}

/** How the steps that these events speak of read now. */
function textsOf(model, events) {
  const texts = { questions: {}, actions: {} };
  for (const event of events) {
    if (isAnswer(event)) {
      texts.questions[event.step] = questionTexts(model.question.get(event.step));
    } else if (isReply(event)) {
      texts.actions[event.step] = model.action.get(event.step).do;
    }
  }
  return texts;
}

function questionTexts({ ask, answers, unit, private: secret }) {
  const texts = { ask, answers: Object.fromEntries(answers.map((x) => [x.id, x.text])) };
  if (unit) texts.unit = unit;
  if (secret) texts.private = true;
  return texts;
}

function outcomeOf(step) {
  if (!step.isEnd) return { kind: step.kind, id: step.id };
  const { kind, causes, confidence } = step;
  return { kind, causes, confidence: six(confidence) };
}

/** The saved session in this text; null if it is none of this very tree. */
function resumed(model, text) {
  let saved;
  try {
    saved = JSON.parse(text);
  } catch {
    return null;
  }
  saved = saved?.session ?? saved; // a hand-off has its session inside
  const { tree, events, undone = [], options } = saved ?? {};
  const ours = tree?.fingerprint === model.data.tree.fingerprint;
  const isLog = Array.isArray(events) && Array.isArray(undone);
  if (saved?.format !== FORMAT || !ours || !isLog || !isOptions(options)) return null;
  const whole = isInOrder(events) && [...events, ...undone].every((x) => fits(model, x));
  // The page knows one way to choose steps, whichever one began the session.
  const own = { ...options, strategy: model.data.options.strategy };
  return whole ? { model, options: own, events, undone } : null;
}

function isOptions(options) {
  const isNames = (x) => x === null || (Array.isArray(x) && x.every(isText));
  return isNames(options?.by) && isNames(options?.has) && isText(options?.strategy);
}

/** A log begins once, and its facts follow. */
function isInOrder(events) {
  const kinds = events.map((each) => each?.kind);
  const facts = kinds.lastIndexOf("told");
  const begun = kinds[0] === "begun" && kinds.lastIndexOf("begun") === 0;
  return begun && kinds.slice(1, facts + 1).every((each) => each === "told");
}

/** Whether an event speaks of what is in the tree. */
function fits(model, event) {
  if (!isText(event?.at) || !isText(event?.actor)) return false;
  const question = model.question.get(event.step);
  const replies = [DONT_KNOW, NOT_NOW, ...(question?.answers ?? []).map((x) => x.id)];
  if (isAnswer(event)) return question !== undefined && replies.includes(event.answer);
  if (event.kind === "asked") return question !== undefined;
  if (isTrial(event)) return model.action.has(event.step) && isBoolean(event.fixed);
  if (event.kind === "skipped") return model.action.has(event.step);
  return event.kind === "begun" || isText(event.text);
}

function isText(value) {
  return typeof value === "string";
}

function isBoolean(value) {
  return typeof value === "boolean";
}
