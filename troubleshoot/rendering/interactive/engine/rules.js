// What to do next: the rules, in their order; the first that has a step wins.

const RULE = {
  over,
  urgent,
  putFirst,
  confident,
  likelyAction,
  freshQuestion,
  gateQuestion,
  putOffQuestion,
  unlisted,
  reversibleAction,
  unknownAnswerQuestion,
  irreversibleAction,
};
const RULES = [...SHARED.before, ...SHARED.rules].map((name) => RULE[name]);

/** The step that the first rule with something to say recommends. */
function nextStep(session) {
  const analysis = analysisOf(situationOf(session));
  for (const rule of RULES) {
    const found = rule(analysis);
    if (found) return found;
  }
  return rest(analysis);
}

/** An action worked, the customer gave up, or an urgent answer says stop. */
function over(analysis) {
  const { state } = analysis;
  if ([...state.tried.values()].some((fixed) => fixed)) return fixedEnding(analysis);
  if (state.givenUp !== null) return givenUpEnding(analysis);
  return stopText(analysis) ? stoppedEnding(analysis) : null;
}

/** An urgent question that waits for its reply; put off once, it comes again. */
function urgent(analysis) {
  const { answers, dontKnow, notNow, last } = analysis.state;
  const question = analysis.model.questions.find(
    (each) =>
      each.urgent &&
      !answers.has(each.id) &&
      !dontKnow.has(each.id) &&
      !often(notNow, each.id) &&
      !(notNow.has(each.id) && each.id === last) &&
      isAvailable(analysis, each),
  );
  if (question) return questionStep(analysis, question.id, "first_for_safety");
  return gate(analysis, gatesOf(analysis, closedUrgent(analysis)));
}

/** A question that the author puts first, whatever it tells. */
function putFirst(analysis) {
  const { model, fresh, state } = analysis;
  const found = model.data.first.find(
    (id) => fresh[model.telling.indexOf(model.question.get(id))] && !state.stale.has(id),
  );
  return found === undefined ? null : questionStep(analysis, found, "put_first");
}

/** A remedy class has reached the confidence: its remedy, or its name. */
function confident(analysis) {
  const { model, classBelief } = analysis;
  const leading = firstGreatest(classBelief);
  if (classBelief[leading] < model.confidence - TOLERANCE) return null;
  // A contradiction leaves all belief to the unknown cause, and ends here too.
  if (leading === model.unknownClass) return isUnlisted(analysis) ? unknownEnding(analysis) : null;
  return remedy(analysis, (c) => model.classes[c] === leading);
}

/** An action for the class; null while better steps must come before it. */
function remedy(analysis, members) {
  const helps = helping(analysis, members);
  const cures = helping(analysis, members, REMEDY);
  const can = analysis.reversible;
  const cannot = irreversible(analysis);
  const step =
    action(analysis, both(cures, can), "remedy") ??
    action(analysis, both(helps, can), "may_help") ??
    action(analysis, both(cures, cannot), "remedy") ??
    action(analysis, both(helps, cannot), "may_help") ??
    opens(analysis, helps);
  const offered = either(analysis.untried, analysis.skippedOnce);
  const waits = helps.some((each, i) => each && !can[i] && offered[i]);
  return step || waits ? step : foundEnding(analysis, members);
}

/** Actions that may fix a cause of this remedy class, so likely at least. */
function helping({ model, p }, members, atLeast = 0) {
  const share = p.map((each, c) => (members(c) ? each : 0));
  const total = sum(share);
  return model.actions.map(({ fixes }) => {
    const chance = dot(fixes, share) / total;
    return chance > 0 && chance >= atLeast - TOLERANCE;
  });
}

/** The irreversible actions, once no reversible step has any value. */
function irreversible(analysis) {
  const { gains, fresh, putOff, notKnown, untried, skippedOnce, reversible } = analysis;
  const worth = worthTrying(analysis);
  const questions = gains.some(
    (bits, i) => bits > TELLING && (fresh[i] || putOff[i] || notKnown[i]),
  );
  const actions = worth.some(
    (each, i) => each && reversible[i] && (untried[i] || skippedOnce[i]),
  );
  return reversible.map((each) => !each && !questions && !actions);
}

/** Actions likely enough to help, and cheaper than handing over instead. */
function worthTrying({ model, chances, actionCosts }) {
  return chances.map(
    (chance, i) =>
      chance >= WORTH_TRYING - TOLERANCE &&
      (model.price === null || chance * model.price > actionCosts[i]),
  );
}

/** The most efficient of these actions; those put off once come last. */
function action(analysis, among, reason) {
  const { model, chances, actionCosts, untried, skippedOnce } = analysis;
  const first = best(chances, actionCosts, both(among, untried));
  if (first !== null) return actionStep(analysis, model.actions[first].id, reason);
  const again = best(chances, actionCosts, both(among, skippedOnce));
  if (again === null) return null;
  return actionStep(analysis, model.actions[again].id, "left_to_do");
}

/** The question of this tier that tells most per minute. */
function telling(analysis, tier, reason) {
  const { model, gains, questionCosts } = analysis;
  const i = best(gains, questionCosts, tier);
  return i === null ? null : questionStep(analysis, model.telling[i].id, reason);
}

/** The cheapest of these questions; those put off once come last. */
function gate(analysis, among) {
  const { model, questionCosts, fresh, putOff } = analysis;
  const even = among.map(() => 1);
  for (const tier of [fresh, putOff]) {
    const i = best(even, questionCosts, both(among, tier));
    if (i !== null) return questionStep(analysis, model.telling[i].id, "depends");
  }
  return null;
}

/** What opens one of these actions: a question, or another action. */
function opens(analysis, among) {
  const { model, actionCosts, reversible, untried, skippedOnce } = analysis;
  const wanted = closedActions(analysis, among);
  const question = gate(analysis, gatesOf(analysis, wanted));
  if (question) return question;
  const allowed = either(reversible, irreversible(analysis));
  const found = both(gateActionsOf(analysis, wanted), allowed);
  const even = found.map(() => 1);
  for (const tier of [untried, skippedOnce]) {
    const i = best(even, actionCosts, both(found, tier));
    if (i !== null) return actionStep(analysis, model.actions[i].id, "opens");
  }
  return null;
}

/** An action worth trying, once all that questions can tell is slight. */
function likelyAction(analysis) {
  const { gains, fresh, putOff, unknownLeads: strange } = analysis;
  const opening = gatesOf(analysis, closedQuestions(analysis, SLIGHT));
  const asked = gains.some(
    (bits, i) => (fresh[i] || putOff[i]) && (bits >= SLIGHT || opening[i]),
  );
  return strange || asked ? null : reversibleAction(analysis);
}

function freshQuestion(analysis) {
  const { gains, questionCosts, fresh, putOff } = analysis;
  const first = best(gains, questionCosts, either(fresh, putOff));
  const most = first === best(gains, questionCosts, fresh);
  return telling(analysis, fresh, most ? "tells_most" : "tells_most_left");
}

/** A question that opens one that would tell something. */
function gateQuestion(analysis) {
  const opening = gatesOf(analysis, closedQuestions(analysis, TELLING));
  return gate(analysis, both(opening, analysis.fresh));
}

/** A question that was put off once, or that opens one that would tell. */
function putOffQuestion(analysis) {
  const opening = gatesOf(analysis, closedQuestions(analysis, TELLING));
  return (
    telling(analysis, analysis.putOff, "tells_most_again") ??
    gate(analysis, both(opening, analysis.putOff))
  );
}

/** The cause is most likely one that nobody listed. */
function unlisted(analysis) {
  return analysis.unknownLeads && isUnlisted(analysis) ? unknownEnding(analysis) : null;
}

/** Whether a cause that is not listed is likelier than all listed together. */
function isUnlisted({ unknown }) {
  return unknown > HALF + TOLERANCE;
}

/** An action worth trying, although the cause is not certain. */
function reversibleAction(analysis) {
  const worth = worthTrying(analysis);
  return (
    action(analysis, both(worth, analysis.reversible), "likely_enough") ??
    opens(analysis, worth)
  );
}

/** The question whose answer was not known, when it alone is left to decide. */
function unknownAnswerQuestion(analysis) {
  const deciding = analysis.notKnown.map((each, i) => each && analysis.gains[i] > TELLING);
  const alone = deciding.filter((each) => each).length === 1;
  return alone ? telling(analysis, deciding, "alone_decides") : null;
}

/** An action that cannot be undone, when nothing reversible is left. */
function irreversibleAction(analysis) {
  const among = both(worthTrying(analysis), irreversible(analysis));
  return action(analysis, among, "last_resort");
}

/** The step that brings most per minute, the first one in a tie; null for none. */
function best(gains, costs, candidates) {
  const worth = candidates.map((each, i) => each && gains[i] > WORTHLESS);
  const free = worth.map((each, i) => each && costs[i] <= 0);
  if (free.includes(true)) return firstOfGreatest(gains, free);
  const rates = gains.map((each, i) => (costs[i] > 0 ? each / costs[i] : 0));
  return firstOfGreatest(rates, worth);
}

function firstOfGreatest(values, among) {
  if (!among.includes(true)) return null;
  const greatest = Math.max(...values.filter((_, i) => among[i]));
  return values.findIndex((each, i) => among[i] && each >= greatest * (1 - TIE));
}

function both(some, others) {
  return some.map((each, i) => each && others[i]);
}

function either(some, others) {
  return some.map((each, i) => each || others[i]);
}
