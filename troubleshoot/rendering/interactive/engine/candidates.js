// Which steps can be offered, at what cost, and which questions open others.

/** The situation with what can be offered in it: a list of values per kind of step. */
function analysisOf(situation) {
  const { model, state } = situation;
  const { answers, tried, dontKnow, notNow, skipped } = state;
  const questions = model.telling;
  const usable = questions.map((each) => isAvailable(situation, each));
  const doable = model.actions.map((each) => isAvailable(situation, each));
  const never = (id) => often(notNow, id) || answers.has(id);
  return {
    ...situation,
    situation,
    questionCosts: questions.map((each) => costOf(situation, each)),
    actionCosts: model.actions.map((each) => costOf(situation, each)),
    chances: model.actions.map((each) => dot(each.fixes, situation.p)),
    reversible: model.actions.map((each) => each.risk !== "irreversible"),
    fresh: questions.map(
      ({ id }, i) =>
        usable[i] && !answers.has(id) && !dontKnow.has(id) && !notNow.has(id),
    ),
    putOff: questions.map(
      ({ id }, i) => usable[i] && notNow.has(id) && !never(id) && !dontKnow.has(id),
    ),
    notKnown: questions.map(
      ({ id }, i) =>
        usable[i] && dontKnow.has(id) && !never(id) && !often(dontKnow, id),
    ),
    untried: model.actions.map(
      ({ id }, i) => doable[i] && !tried.has(id) && !skipped.has(id),
    ),
    skippedOnce: model.actions.map(
      ({ id }, i) =>
        doable[i] && skipped.has(id) && !tried.has(id) && !often(skipped, id),
    ),
  };
}

function often(counts, id) {
  return (counts.get(id) ?? 0) >= TWICE;
}

/** Setups that the step still has to pay for, the innermost first. */
function unopened(situation, step) {
  const { model, state } = situation;
  return setupsOf(model, step).filter((each) => !state.opened.has(each.id));
}

/** Minutes of the step, with the setups that are not open; waiting by its share. */
function costOf(situation, step) {
  return step.price + sum(unopened(situation, step).map((each) => each.price));
}

/** What the step takes by the clock, with the setups that are not open. */
function timeOf(situation, step) {
  const taken = [step, ...unopened(situation, step)];
  return { minutes: sum(taken.map(({ cost }) => cost)), wait: sum(taken.map(({ wait }) => wait)) };
}

/** The step and its setups, each of which may need something. */
function stepAndSetups(situation, step) {
  return [step, ...setupsOf(situation.model, step)];
}

function isAvailable(situation, step) {
  const atHand = stepAndSetups(situation, step).every((each) => isAtHand(situation, each));
  return atHand && conditionStands(situation, step) === MET;
}

/** Whether somebody who may take the step is there, with what it takes. */
function isAtHand({ options: { by, has } }, { needs }) {
  const someone =
    needs.by.length === 0 || by === null || needs.by.some((each) => by.includes(each));
  return someone && (has === null || needs.things.every((each) => has.includes(each)));
}

/** Questions that the wanted steps wait for, gates of gates included. */
function gatesOf(analysis, wanted) {
  const found = behind(analysis, wanted);
  return analysis.model.telling.map((each) => found.has(each));
}

/** The same with actions. */
function gateActionsOf(analysis, wanted) {
  const found = behind(analysis, wanted);
  return analysis.model.actions.map((each) => found.has(each));
}

/** All that the wanted steps wait for. */
function behind(analysis, wanted) {
  const found = new Set();
  const waiting = [...wanted];
  while (waiting.length) {
    for (const each of awaited(analysis, waiting.pop())) {
      if (found.has(each)) continue;
      found.add(each);
      waiting.push(each);
    }
  }
  return found;
}

/** What the step waits for; nothing if it cannot be opened. */
function awaited(analysis, step) {
  const { model } = analysis;
  const atHand = (each) =>
    stepAndSetups(analysis, each).every((part) => isAtHand(analysis, part));
  const can = (each) =>
    atHand(each) && (each.answers ? isOpen(analysis, each) : isUntried(analysis, each));
  if (!atHand(step)) return [];
  const parts = conditionsOf(model, step);
  return waysToMeet(analysis, { every: true, parts }, claimsOf(analysis, step), can) ?? [];
}

/** The steps whose results may meet what is open; null if none can. */
function waysToMeet(analysis, part, of, can) {
  const stands = part.parts ? truth(part, of) : of(part);
  if (stands !== OPEN) return stands === MET ? [] : null;
  if (!part.parts) return openedBy(analysis, part, can);
  const found = part.parts.map((each) => waysToMeet(analysis, each, of, can));
  const hopeful = found.filter((each) => each !== null);
  if (!hopeful.length || (part.every && hopeful.length < found.length)) return null;
  return hopeful.flat();
}

/** The step of an open claim, if its result can meet it. */
function openedBy(analysis, claim, can) {
  if (claim.kind === "action") {
    const action = analysis.model.action.get(claim.step);
    // One that fixes the symptom ends the session.
    return admitsOutcome(claim, false) && can(action) ? [action] : null;
  }
  const question = analysis.model.question.get(claim.step);
  return can(question) && shareOf(analysis, claim) > 0 ? [question] : null;
}

/** Whether the question may still be put, if not now. */
function isOpen({ state }, { id, urgent }) {
  const closed = often(state.notNow, id) || often(state.dontKnow, id);
  return !urgent && !closed && !state.answers.has(id);
}

/** Whether the action may still be taken, if not now. */
function isUntried({ state }, { id }) {
  return !state.tried.has(id) && !often(state.skipped, id);
}

/** Questions that would tell more than so many bits but wait for other answers. */
function closedQuestions(analysis, bits) {
  return analysis.model.telling.filter(
    (each, i) =>
      analysis.gains[i] > bits && isOpen(analysis, each) && !isAvailable(analysis, each),
  );
}

/** Urgent questions that wait for the answers of others. */
function closedUrgent(analysis) {
  const { answers, dontKnow, notNow } = analysis.state;
  return analysis.model.questions.filter(
    (each) =>
      each.urgent &&
      each.needs.only_if !== null &&
      !answers.has(each.id) &&
      !dontKnow.has(each.id) &&
      !often(notNow, each.id) &&
      !isAvailable(analysis, each),
  );
}

/** Those of the untried actions that wait for the answers of questions. */
function closedActions(analysis, among) {
  return analysis.model.actions.filter(
    (each, i) => among[i] && isUntried(analysis, each) && !isAvailable(analysis, each),
  );
}
