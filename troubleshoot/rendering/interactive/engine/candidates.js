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
  const { answers } = situation.state;
  return stepAndSetups(situation, step).every(
    (each) =>
      isAtHand(situation, each) &&
      conditions(each).every(([gate, only]) => meets(answers.get(gate), only)),
  );
}

/** Whether somebody who may take the step is there, with what it takes. */
function isAtHand({ options: { by, has } }, { needs }) {
  const someone =
    needs.by.length === 0 || by === null || needs.by.some((each) => by.includes(each));
  return someone && (has === null || needs.things.every((each) => has.includes(each)));
}

/** Questions that the wanted steps wait for, gates of gates included. */
function gatesOf(analysis, wanted) {
  const found = new Set();
  const waiting = [...wanted];
  while (waiting.length) {
    for (const each of awaited(analysis, waiting.pop())) {
      if (found.has(each.id)) continue;
      found.add(each.id);
      waiting.push(each);
    }
  }
  return analysis.model.telling.map((each) => found.has(each.id));
}

/** Questions whose answers the step waits for; none if it cannot be opened. */
function awaited(analysis, step) {
  const { model, state } = analysis;
  const needed = stepAndSetups(analysis, step);
  const unmet = needed
    .flatMap(conditions)
    .filter(([gate, only]) => !meets(state.answers.get(gate), only))
    .map(([gate, only]) => [model.question.get(gate), only]);
  const hopeful =
    needed.every((each) => isAtHand(analysis, each)) &&
    unmet.every(([gate, only]) => isOpen(analysis, gate) && canBe(analysis, gate, only));
  return hopeful ? unmet.map(([gate]) => gate) : [];
}

/** Whether the question may still be put, if not now. */
function isOpen({ state }, { id, urgent }) {
  const closed = often(state.notNow, id) || often(state.dontKnow, id);
  return !urgent && !closed && !state.answers.has(id);
}

function canBe({ p }, question, only) {
  return question.outcomes.some(
    (each, a) => meets(each, only) && dot(question.rows[a], p) > 0,
  );
}

/** Questions that would tell more than so many bits but wait for other answers. */
function closedQuestions(analysis, bits) {
  return analysis.model.telling.filter(
    (each, i) =>
      analysis.gains[i] > bits && isOpen(analysis, each) && !isAvailable(analysis, each),
  );
}

/** Those of the untried actions that wait for the answers of questions. */
function closedActions(analysis, among) {
  const { tried, skipped } = analysis.state;
  return analysis.model.actions.filter(
    (each, i) =>
      among[i] &&
      !tried.has(each.id) &&
      !often(skipped, each.id) &&
      !isAvailable(analysis, each),
  );
}
