// A session is a value: what is said to one returns another.

const NUMBER = new RegExp(`^(?:${SHARED.number})$`, "i");

/** A session with nothing said yet but the facts: `{kind, step, …}` as in events. */
function begin(model, facts = model.data.facts, options = model.data.options) {
  const session = { model, options, events: [], undone: [] };
  const signed = stamp(session);
  const events = [{ kind: "begun" }, ...facts].map((each) => ({ ...each, ...signed }));
  return { ...session, events };
}

function stamp({ options }) {
  return { at: new Date().toISOString(), actor: options.by?.[0] ?? SOMEBODY };
}

function withEvents(session, ...events) {
  return { ...session, events: [...session.events, ...events], undone: [] };
}

/**
 * After this reply; `asked` is the question as it was put, if it was.
 *
 * The answer that holds already is no change, and nothing is recorded.
 */
function answer(session, step, reply, { value, asked } = {}) {
  const { answers, pointless } = stateOf(session.model, session.events);
  const kind = answers.has(step) || pointless.has(step) ? "changed" : "answered";
  const signed = stamp(session);
  const said = { kind, ...signed, step, answer: reply, ...numberSaid(value) };
  if (repeats(session, said)) return session;
  if (!asked) return withEvents(session, said);
  const { bits, minutes } = asked;
  const put = { kind: "asked", ...signed, step, bits: rounded(bits), minutes: rounded(minutes) };
  return withEvents(session, put, said);
}

/** Whether an event would change what was said last to what it is already. */
function repeats({ model, events }, event) {
  const { said, givenUp } = stateOf(model, events);
  if (event.kind === "answered" || givenUp !== null) return false;
  const last = said.get(`${isAnswer(event) ? "question" : "action"} ${event.step}`);
  return ["answer", "value", "fixed"].every((each) => isSame(last[each], event[each]));
}

function numberSaid(value) {
  return value === undefined ? {} : { value };
}

function rounded(number, digits = DIGITS) {
  return Number(number.toFixed(digits));
}

/** As if this had been answered at first. */
function changeAnswer(session, step, reply, { value } = {}) {
  const said = { step, answer: reply, ...numberSaid(value) };
  return corrects(session, { kind: "changed", ...stamp(session), ...said });
}

/** As if this had come of the action at first. */
function changeOutcome(session, step, fixed) {
  return corrects(session, { kind: "corrected", ...stamp(session), step, fixed });
}

/** After a correction; to say the same once more is none. */
function corrects(session, event) {
  return repeats(session, event) ? session : withEvents(session, event);
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

/** After a remark; `record` is what the tree wants noted, if the text is that. */
function note(session, text, record = null) {
  const item = record === null ? {} : { record };
  return withEvents(session, { kind: "noted", ...stamp(session), text, ...item });
}

/** What a session began with is no move to take back. */
function canUndo({ events }) {
  return lastMove(events) > 0;
}

/** How many events the last move of a person has, with what probes found out since. */
function lastMove(events) {
  let place = events.length - 1;
  while (events[place].actor === PROBE && !isGiven(events[place])) place -= 1;
  if (isGiven(events[place])) return 0;
  return events.length - place + (events[place - 1].kind === "asked" ? 1 : 0);
}

/** How many of the events that were undone the next redo gives again. */
function firstMove(undone) {
  let size = undone[0].kind === "asked" ? 2 : 1;
  while (size < undone.length && undone[size].actor === PROBE) size += 1;
  return size;
}

/** Before the last move, which `redo` takes back. */
function undo(session) {
  if (!canUndo(session)) throw new Error("there is nothing to undo");
  const { events, undone } = session;
  const size = lastMove(events);
  const move = events.slice(-size);
  return { ...session, events: events.slice(0, -size), undone: [...move, ...undone] };
}

function redo(session) {
  if (!session.undone.length) throw new Error("there is nothing to redo");
  const { events, undone } = session;
  const size = firstMove(undone);
  const move = undone.slice(0, size);
  return { ...session, events: [...events, ...move], undone: undone.slice(size) };
}

/** What was said, as `{answer, value}`; null if it is none of the answers. */
function understood(question, said) {
  const wanted = said.trim().toLowerCase();
  const { answers, unit } = question;
  const named =
    answers.find((each) => each.id === wanted) ??
    answers.find((each) => each.text.trim().toLowerCase() === wanted) ??
    answers.find((each) => each.range && each.written === wanted);
  if (named) return { answer: named.id };
  const number = NUMBER.exec(wanted);
  if (!unit || !number) return null;
  if (number[2] && number[2] !== unit.trim().toLowerCase()) return null;
  const value = Number(number[1].replace(",", "."));
  const found = answerTo(question, value);
  return found ? { answer: found.id, value } : null;
}

/** The answer that a number falls into, if any. */
function answerTo({ answers }, number) {
  return answers.find((each) => each.range && isIn(each.range, number));
}

/** Whether a number belongs to a range; an end that is null is far away. */
function isIn({ low, high, low_open: lowOpen, high_open: highOpen }, number) {
  const above = low === null || number > low || (!lowOpen && number === low);
  const below = high === null || number < high || (!highOpen && number === high);
  return Number.isFinite(number) && above && below;
}
