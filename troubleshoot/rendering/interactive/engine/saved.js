// A session as text: the file that the library writes, and all that it reads of it.

const MOMENT = new RegExp(`^(?:${SHARED.moment})$`);
const UNPRINTABLE = new RegExp(SHARED.unprintable, "u");
const BREAK = new RegExp(SHARED.line_break);
const BLANK = /^(?:(?!\ufeff)[\s\x1c-\x1f\x85])*$/; // what Python takes for blanks
const MINUTE = 60_000; // in the unit of dates
const PARTS = "000"; // of a second, as many as a stamp has
const YEAR = /^(?!0000)\d{4}-/; // how a stamp begins, of the years that a date may have

/** The session as the text from which `resumed` and the library go on. */
function written(session) {
  const { model, options, events, undone } = session;
  const saved = {
    format: FORMAT,
    library: model.data.library,
    tree: model.data.tree,
    options,
    events: events.map(inOrder),
    texts: textsOf(model, [...events, ...undone]),
    leading: leadingOf(situationOf(session)),
  };
  if (undone.length) saved.undone = undone.map(inOrder);
  saved.outcome = outcomeOf(nextStep(session));
  return `${JSON.stringify(saved, null, 2)}\n`;
}

/** The event with its fields in the order of the library; what is null is left out. */
function inOrder(event) {
  const fields = Object.keys(eventShape(event.kind).properties);
  const said = fields.filter((each) => (event[each] ?? null) !== null);
  return Object.fromEntries(said.map((each) => [each, event[each]]));
}

function eventShape(kind) {
  const owner = Object.entries(SHARED.kinds).find(([, kinds]) => kinds.includes(kind));
  return SHARED.saved.$defs[owner[0]];
}

/** How the steps that these events speak of read now, in the words of the tree. */
function textsOf(model, events) {
  const texts = { questions: {}, actions: {} };
  const own = model.data.original;
  for (const event of events) {
    if (isAnswer(event)) {
      const question = model.question.get(event.step).written;
      texts.questions[event.step] = own?.questions[event.step] ?? questionTexts(question);
    } else if (isReply(event)) {
      const { written } = model.action.get(event.step);
      texts.actions[event.step] = own?.actions[event.step] ?? written.do;
    }
    if (isTrial(event)) {
      // Of every one, also without any: what is missing is not known.
      texts.changes ??= {};
      texts.changes[event.step] = model.action.get(event.step).changes;
    }
  }
  return texts;
}

function questionTexts({ ask, answers, unit, private: secret, several }) {
  const texts = { ask, answers: Object.fromEntries(answers.map((x) => [x.id, x.written])) };
  if (unit) texts.unit = unit;
  if (secret) texts.private = true;
  if (several) texts.several = true;
  return texts;
}

/** The likeliest cause, the first of equals, with its belief. */
function leadingOf({ model, p }) {
  const shares = [...p].map((each) => rounded(each, EQUAL));
  const place = firstGreatest(shares);
  return { cause: model.ids[place], belief: rounded(p[place], SHARE_DIGITS) };
}

function outcomeOf({ isEnd, kind, id, causes, confidence }) {
  return isEnd
    ? { kind, id: "", causes, confidence: rounded(confidence, SHARE_DIGITS) }
    : { kind, id, causes: [], confidence: 0 };
}

/**
 * The saved session in this text; throws `Refused`.
 *
 * Whatever the library refuses is refused here. So is what it would carry over to a tree
 * that was edited: this page is of one version of its tree.
 */
function resumed(model, text) {
  let saved = strictJson(text);
  const isHandOff = isObject(saved) && !("events" in saved) && "session" in saved;
  if (isHandOff) saved = saved.session;
  const broken = isObject(saved) && BROKEN.get(saved)?.has("format");
  if (broken || !hasShape(saved, SHARED.saved)) throw new Refused();
  const events = saved.events.map(timed);
  const undone = (saved.undone ?? []).map(timed);
  const inSequence = isInSequence(events) && isInSequence([events[0], ...undone]);
  const known = SHARED.strategies.includes(optionsOf(saved).strategy);
  if (!inSequence || !known || undone.some(isFact)) throw new Refused();
  checkTree(model, saved, [...events, ...undone]);
  // The page knows one way to choose steps, whichever one began the session.
  const { strategy, language, audience } = model.data.options;
  const worded = { ...(language && { language }), ...(audience && { audience }) };
  const options = { ...optionsOf(saved), strategy, ...worded };
  const listed = (each) => inOrderOfFile(model, each);
  return { model, options, events: events.map(listed), undone: undone.map(listed) };
}

/** The event with several answers once each, in the order of the tree. */
function inOrderOfFile(model, event) {
  if (!Array.isArray(event.answer)) return event;
  const ids = model.question.get(event.step).answers.map(({ id }) => id);
  return { ...event, answer: ids.filter((id) => event.answer.includes(id)) };
}

/** Options of a saved session; words are those of the page, whatever its were. */
function optionsOf({ options: { by = null, has = null, strategy = null, variables } }) {
  const options = { by, has, strategy: strategy ?? SHARED.strategies[0] };
  return Object.keys(variables ?? {}).length ? { ...options, variables } : options;
}

/** The event in the order of its fields, with its time as it is written here. */
function timed(event) {
  const { source = null, quote = null } = event;
  if (source !== null && !isName(source)) throw new Refused();
  if (quote !== null && (BLANK.test(quote) || isLonger(quote, LONGEST_QUOTE))) {
    throw new Refused();
  }
  return inOrder({ ...event, at: stampOf(event.at) });
}

/** Whether it names where something is from: one line, not too long. */
function isName(text) {
  const isWhole = !BLANK.test(text) && !isLonger(text, LONGEST_NAME);
  return isWhole && !UNPRINTABLE.test(text) && !BREAK.test(text);
}

/** A time with a zone in UTC to the millisecond; what is cut off is not rounded. */
function stampOf(at) {
  const found = MOMENT.exec(at);
  if (found === null) throw new Refused();
  const [, year, month, day, hour, minute, second, part = "", sign, east, more] = found;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  const isDay = time.getUTCMonth() === month - 1 && time.getUTCDate() === Number(day);
  time.setUTCHours(hour, minute, second, `${part}${PARTS}`.slice(0, PARTS.length));
  const ahead = sign ? Number(`${sign}1`) * (Number(east) * 60 + Number(more)) : 0;
  time.setTime(time.getTime() - ahead * MINUTE);
  const stamp = time.toISOString();
  if (Number(year) === 0 || !isDay || !YEAR.test(stamp)) throw new Refused();
  return stamp;
}

/** A log begins once, its facts follow, and who is asked answers next. */
function isInSequence(events) {
  const kinds = events.map((each) => each.kind);
  const facts = events.filter(isFact).length;
  const begun = kinds.indexOf("begun") === 0 && kinds.lastIndexOf("begun") === 0;
  const factsFirst = events.slice(1, facts + 1).every(isFact);
  return begun && factsFirst && events.every((each, i) => isReplied(each, events[i + 1]));
}

function isReplied({ kind, step }, next) {
  return kind !== "asked" || (next && isAnswer(next) && next.step === step);
}

/**
 * Refuses what is of another tree, and what an edit of this one would have changed.
 *
 * What has the same fingerprint says the same, whatever its file is called.
 */
function checkTree(model, { tree, texts }, events) {
  const ours = model.data.tree;
  const same = tree.fingerprint === ours.fingerprint;
  if (!same && !isRelated(model, tree, events)) throw new Refused("other_tree");
  const whole = same && tree.title === ours.title && events.every((x) => fits(model, x));
  if (!whole || !areOurs(texts, textsOf(model, events))) throw new Refused("edited_tree");
}

/** Whether it may be this tree before an edit: its name, and its title or a step. */
function isRelated({ data, question, action }, { id, title }, events) {
  const known = ({ step }) => question.has(step) || action.has(step);
  return id === data.tree.id && (title === data.tree.title || events.some(known));
}

/** Whether an event speaks of what is in the tree. */
function fits(model, event) {
  if (isAnswer(event)) return isAnswerOf(model.question.get(event.step), event);
  if (isReply(event)) return model.action.has(event.step);
  return true;
}

function isAnswerOf(question, { answer: reply, value }) {
  if (question === undefined) return false;
  if (reply === DONT_KNOW || reply === NOT_NOW) return true;
  if (value !== undefined) return answerTo(question, value)?.id === reply;
  if (Array.isArray(reply) !== question.several) return false;
  if (question.several) return reply.every((x) => question.answers.some(({ id }) => id === x));
  return question.answers.some((each) => each.id === reply);
}

/** Whether the texts of then, as far as they were saved, are those of now. */
function areOurs(then, now) {
  return ["questions", "actions", "changes"].every((kind) => {
    const [old, own] = [then?.[kind] ?? {}, now[kind] ?? {}];
    return Object.keys(own).every((id) => !(id in old) || isEqual(filled(old[id]), own[id]));
  });
}

/** The texts of a question as they are written, without what says nothing. */
function filled(texts) {
  return isObject(texts) && texts.answers ? questionTexts(listed(texts)) : texts;
}

function listed({ ask, answers, unit, private: secret, several }) {
  const list = Object.entries(answers).map(([id, written]) => ({ id, written }));
  return { ask, answers: list, unit, private: secret, several };
}

function isEqual(one, other) {
  if (typeof one !== "object") return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return keys.length === others.length && keys.every((x) => isEqual(one[x], other[x]));
}
