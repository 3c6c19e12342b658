// What to do next: the rules, in their order; the first that has a step wins.

const RULE = {
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
const RULES = SHARED.rules.map((name) => RULE[name]);

/** The step that the first rule with something to say recommends. */
function nextStep(session) {
  const offers = offersOf(situationOf(session));
  const step = over(offers) ?? urgent(offers);
  if (step) return step;
  for (const rule of RULES) {
    const found = rule(offers);
    if (found) return found;
  }
  return rest(offers);
}

/** An action worked, the customer gave up, or an urgent answer says stop. */
function over(offers) {
  const { state } = offers;
  if ([...state.tried.values()].some((fixed) => fixed)) return fixedEnding(offers);
  if (state.givenUp !== null) return givenUpEnding(offers);
  return stopText(offers) ? stoppedEnding(offers) : null;
}

/** An urgent question that waits for its reply; put off once, it comes again. */
function urgent(offers) {
  const { answers, dontKnow, notNow, last } = offers.state;
  const question = offers.model.questions.find(
    (each) =>
      each.urgent &&
      !answers.has(each.id) &&
      !dontKnow.has(each.id) &&
      !often(notNow, each.id) &&
      !(notNow.has(each.id) && each.id === last) &&
      isAvailable(offers, each),
  );
  return question ? questionStep(offers, question.id, "first_for_safety") : null;
}

/** A remedy class has reached the confidence: its remedy, or its name. */
function confident(offers) {
  const { model, classBelief } = offers;
  const leading = firstGreatest(classBelief);
  if (classBelief[leading] < model.confidence - TOLERANCE) return null;
  // A contradiction leaves all belief to the unknown cause, and ends here too.
  if (leading === model.unknownClass) return isUnlisted(offers) ? unknownEnding(offers) : null;
  return remedy(offers, (c) => model.classes[c] === leading);
}

/** An action for the class; null while better steps must come before it. */
function remedy(offers, members) {
  const helps = helping(offers, members);
  const cures = helping(offers, members, REMEDY);
  const can = offers.reversible;
  const cannot = irreversible(offers);
  const step =
    action(offers, both(cures, can), "remedy") ??
    action(offers, both(helps, can), "may_help") ??
    action(offers, both(cures, cannot), "remedy") ??
    action(offers, both(helps, cannot), "may_help") ??
    gate(offers, gatesOf(offers, closedActions(offers, helps)));
  const offered = either(offers.untried, offers.skippedOnce);
  const waits = helps.some((each, i) => each && !can[i] && offered[i]);
  return step || waits ? step : foundEnding(offers, members);
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
function irreversible(offers) {
  const { gains, fresh, putOff, notKnown, untried, skippedOnce, reversible } = offers;
  const worth = worthTrying(offers);
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
function action(offers, among, reason) {
  const { model, chances, actionCosts, untried, skippedOnce } = offers;
  const first = best(chances, actionCosts, both(among, untried));
  if (first !== null) return actionStep(offers, model.actions[first].id, reason);
  const again = best(chances, actionCosts, both(among, skippedOnce));
  if (again === null) return null;
  return actionStep(offers, model.actions[again].id, "left_to_do");
}

/** The question of this tier that tells most per minute. */
function telling(offers, tier, reason) {
  const { model, gains, questionCosts } = offers;
  const i = best(gains, questionCosts, tier);
  return i === null ? null : questionStep(offers, model.telling[i].id, reason);
}

/** The cheapest of these questions; those put off once come last. */
function gate(offers, among) {
  const { model, questionCosts, fresh, putOff } = offers;
  const even = among.map(() => 1);
  for (const tier of [fresh, putOff]) {
    const i = best(even, questionCosts, both(among, tier));
    if (i !== null) return questionStep(offers, model.telling[i].id, "depends");
  }
  return null;
}

/** An action worth trying, once all that questions can tell is slight. */
function likelyAction(offers) {
  const { gains, fresh, putOff, unknownLeads: strange } = offers;
  const opening = gatesOf(offers, closedQuestions(offers, SLIGHT));
  const asked = gains.some(
    (bits, i) => (fresh[i] || putOff[i]) && (bits >= SLIGHT || opening[i]),
  );
  return strange || asked ? null : reversibleAction(offers);
}

function freshQuestion(offers) {
  const { gains, questionCosts, fresh, putOff } = offers;
  const first = best(gains, questionCosts, either(fresh, putOff));
  const most = first === best(gains, questionCosts, fresh);
  return telling(offers, fresh, most ? "tells_most" : "tells_most_left");
}

/** A question that opens one that would tell something. */
function gateQuestion(offers) {
  const opening = gatesOf(offers, closedQuestions(offers, TELLING));
  return gate(offers, both(opening, offers.fresh));
}

/** A question that was put off once, or that opens one that would tell. */
function putOffQuestion(offers) {
  const opening = gatesOf(offers, closedQuestions(offers, TELLING));
  return (
    telling(offers, offers.putOff, "tells_most_again") ??
    gate(offers, both(opening, offers.putOff))
  );
}

/** The cause is most likely one that nobody listed. */
function unlisted(offers) {
  return offers.unknownLeads && isUnlisted(offers) ? unknownEnding(offers) : null;
}

/** Whether a cause that is not listed is likelier than all listed together. */
function isUnlisted({ unknown }) {
  return unknown > HALF + TOLERANCE;
}

/** An action worth trying, although the cause is not certain. */
function reversibleAction(offers) {
  const worth = worthTrying(offers);
  return (
    action(offers, both(worth, offers.reversible), "likely_enough") ??
    gate(offers, gatesOf(offers, closedActions(offers, worth)))
  );
}

/** The question whose answer was not known, when it alone is left to decide. */
function unknownAnswerQuestion(offers) {
  const deciding = offers.notKnown.map((each, i) => each && offers.gains[i] > TELLING);
  const alone = deciding.filter((each) => each).length === 1;
  return alone ? telling(offers, deciding, "alone_decides") : null;
}

/** An action that cannot be undone, when nothing reversible is left. */
function irreversibleAction(offers) {
  const among = both(worthTrying(offers), irreversible(offers));
  return action(offers, among, "last_resort");
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
