// What the events of a session come to, before any arithmetic.

/** The state after all events, in their order. */
function stateOf(model, events) {
  const now = {
    answers: new Map(),
    tried: new Map(),
    stale: new Map(),
    staleBy: new Map(),
    pointless: new Map(),
    dontKnow: new Map(),
    notNow: new Map(),
    skipped: new Map(),
    opened: new Set(),
    recorded: new Map(),
    log: new Map(),
    said: new Map(),
    last: null,
    givenUp: null,
  };
  for (const event of corrected(events)) {
    if (isReply(event)) now.last = event.step;
    if (isAnswer(event)) answered(model, now, event);
    else if (isTrial(event)) triedOut(model, now, event);
    else if (event.kind === "skipped") count(now.skipped, event.step);
    else if (event.kind === "noted" && event.record) now.recorded.set(event.record, event.text);
  }
  now.givenUp = givenUpFor(events);
  leaveOut(now, pointlessAnswers(model, now));
  now.evidence = [...now.log.values()];
  return now;
}

/** The log as it would be, had everything been said right at first. */
function corrected(events) {
  const log = [];
  const said = new Map();
  for (const event of events) {
    if (!isAnswer(event) && !isTrial(event)) {
      log.push(event);
      continue;
    }
    const key = `${isAnswer(event)} ${event.step}`;
    const place = said.get(key);
    const corrects = event.kind === "changed" || event.kind === "corrected";
    if (place === undefined || !corrects) {
      said.set(key, log.length);
      log.push(event);
    } else {
      log[place] = { ...event, kind: log[place].kind };
    }
  }
  return log;
}

/** The reason for giving up, unless something was said or done afterwards. */
function givenUpFor(events) {
  let reason = null;
  for (const event of events) {
    if (isReply(event)) reason = null;
    else if (event.kind === "ended") reason = event.text;
  }
  return reason;
}

function isAnswer(event) {
  return SHARED.kinds.Answered.includes(event.kind);
}

/** Whether somebody went and looked: not where it was known, or measured by code. */
function isByPerson({ kind, actor }) {
  return kind !== "told" && actor !== PROBE;
}

function isTrial(event) {
  return SHARED.kinds.Tried.includes(event.kind);
}

/** Whether it was known, or already tried, before the session began. */
function isFact({ kind }) {
  return kind === "told" || kind === "done";
}

/** Whether the session began with it, or it stands for a fact that an edit left out. */
function isGiven(event) {
  return event.kind === "begun" || isFact(event) || event.stands_for === "fact";
}

function isReply(event) {
  return isAnswer(event) || isTrial(event) || event.kind === "skipped";
}

function answered(model, now, event) {
  const { step, answer } = event;
  now.said.set(`question ${step}`, event);
  now.answers.delete(step);
  now.stale.delete(step);
  now.log.delete(`question ${step}`);
  if (answer === NOT_NOW) {
    count(now.notNow, step);
  } else if (answer === DONT_KNOW) {
    count(now.dontKnow, step);
  } else {
    now.answers.set(step, answer);
    now.log.set(`question ${step}`, { kind: "question", step, result: answer });
    // An answer that goes stale later is asked for again as if for the first time.
    now.dontKnow.delete(step);
    now.notNow.delete(step);
  }
  if (isByPerson(event) && answer !== NOT_NOW) {
    openSetups(model, now, model.question.get(step));
  }
}

function triedOut(model, now, event) {
  const { step, fixed } = event;
  now.said.set(`action ${step}`, event);
  // Facts are as things are now.
  if (!isFact(event)) {
    overtake(now, model.action.get(step));
    openSetups(model, now, model.action.get(step));
  }
  now.tried.set(step, fixed);
  const result = fixed ? FIXED : FAILED;
  now.log.delete(`action ${step}`);
  now.log.set(`action ${step}`, { kind: "action", step, result });
}

/** Sets aside the answers that an action may have changed. */
function overtake(now, { id, changes }) {
  for (const question of changes) {
    if (!now.answers.has(question)) continue;
    now.stale.set(question, now.answers.get(question));
    now.staleBy.set(question, id);
    now.answers.delete(question);
    now.log.delete(`question ${question}`);
  }
}

/** Answers whose question would not be put, as the answer of another one says. */
function pointlessAnswers(model, now) {
  const spoilt = new Set();
  let waiting = [...now.answers.keys()];
  // What was waited for in another time spoils nothing: see `pointless` of the library.
  const of = (claim) => {
    if (claim.kind === "action") {
      return admitsOutcome(claim, undefined) ? MET : byWhatWasSaid(claim, now);
    }
    if (spoilt.has(claim.step)) return UNMET;
    return claim.wanted.includes(DONT_KNOW) ? MET : byWhatWasSaid(claim, now);
  };
  for (;;) {
    const found = waiting.filter((each) => {
      const question = model.question.get(each);
      return conditionsOf(model, question).some((some) => truth(some, of) === UNMET);
    });
    if (!found.length) return spoilt;
    for (const each of found) spoilt.add(each);
    waiting = waiting.filter((each) => !spoilt.has(each));
  }
}

function leaveOut(now, spoilt) {
  for (const question of spoilt) {
    now.pointless.set(question, now.answers.get(question));
    now.answers.delete(question);
    now.log.delete(`question ${question}`);
  }
}

/** The conditions of a step and of its setups. */
function conditionsOf(model, step) {
  return [step, ...setupsOf(model, step)]
    .map((each) => each.needs.only_if)
    .filter((each) => each !== null);
}

/** How a condition stands, where a claim stands as `of` says. */
function truth(condition, of) {
  const values = condition.parts.map((each) => (each.parts ? truth(each, of) : of(each)));
  return condition.every ? Math.min(MET, ...values) : Math.max(...values);
}

/** How a claim stands by what was said and done alone. */
function byWhatWasSaid(claim, now) {
  if (claim.kind === "action") {
    const fixed = now.tried.get(claim.step);
    if (admitsOutcome(claim, fixed)) return MET;
    return fixed === undefined ? OPEN : UNMET;
  }
  if (now.answers.has(claim.step)) {
    return admits(claim, [now.answers.get(claim.step)].flat()) ? MET : UNMET;
  }
  return claim.wanted.includes(DONT_KNOW) && now.dontKnow.has(claim.step) ? MET : OPEN;
}

/** Whether an answer will do; given are those of a question that takes several. */
function admits(claim, given) {
  return claim.wanted.some((each) => {
    if (given.includes(each)) return true;
    if (each === NOT + NONE) return given.length > 0 && !given.includes(NONE);
    if (each.startsWith(NOT)) return !given.includes(each.slice(NOT.length));
    return each === NONE && !given.length;
  });
}

/** Whether what came of an action will do; undefined: it was not tried. */
function admitsOutcome(claim, fixed) {
  if (fixed === undefined) return admits(claim, []);
  return admits(claim, [TRIED, fixed ? FIXED : FAILED]);
}

/** The setups that a step stands on, the innermost first. */
function setupsOf(model, step) {
  const chain = [];
  for (let id = step.setup; id !== null; id = chain.at(-1).setup) {
    chain.push(model.setup.get(id));
  }
  return chain;
}

function openSetups(model, now, step) {
  for (const each of setupsOf(model, step)) now.opened.add(each.id);
}

function count(counts, step) {
  counts.set(step, (counts.get(step) ?? 0) + 1);
}
