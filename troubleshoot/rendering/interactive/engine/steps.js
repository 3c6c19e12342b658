// Questions and actions as they stand now, and how a session ends.
//
// A reason is a key of the fixed words.

/** The question of this id, as it stands now. */
function questionStep(offers, id, reason = "") {
  const question = offers.model.question.get(id);
  const at = offers.model.telling.indexOf(question);
  return {
    kind: "question",
    isEnd: false,
    id,
    question,
    urgent: question.urgent,
    setup: setupTexts(offers, question),
    bits: at < 0 ? 0 : offers.gains[at],
    minutes: costOf(offers, question),
    before: offers.state.stale.get(id) ?? null,
    overtakenBy: offers.model.action.get(offers.state.staleBy.get(id)) ?? null,
    reason,
  };
}

/** The action of this id, as it stands now. */
function actionStep(offers, id, reason = "") {
  const action = offers.model.action.get(id);
  return {
    kind: "action",
    isEnd: false,
    id,
    action,
    setup: setupTexts(offers, action),
    minutes: costOf(offers, action),
    chance: offers.chances[offers.model.actions.indexOf(action)],
    reason,
  };
}

/** What to do first, the outermost setup first. */
function setupTexts(offers, step) {
  return unopened(offers, step)
    .reverse()
    .map((each) => each.do);
}

/** An action worked. */
function fixedEnding(offers) {
  const causes = ranked(offers, likeliestClass(offers));
  const actions = [...offers.state.tried].filter(([, ok]) => ok).map(([id]) => id);
  return ending(offers, "fixed", { causes, actions });
}

/** The customer does not want to go on. */
function givenUpEnding(offers) {
  const causes = ranked(offers);
  return ending(offers, "given up", { causes, actions: forLikelyCauses(offers, causes) });
}

/** Remedies of likely causes; what cannot be undone only if it is as likely to help. */
function forLikelyCauses(offers, causes) {
  const { model, p, reversible, chances } = offers;
  const likely = causes.filter((each) => p[model.ids.indexOf(each)] > LIKELY - TOLERANCE);
  return remedies(offers, likely).filter((each) => {
    const i = model.actions.findIndex(({ id }) => id === each);
    return reversible[i] || chances[i] > HALF - TOLERANCE;
  });
}

/** What an urgent answer says to do at once; empty when none was given. */
function stopText({ model, state }) {
  const urgent = model.questions.filter((each) => each.urgent);
  const stops = urgent.map((each) => each.stop[state.answers.get(each.id)]);
  return stops.find((each) => each) ?? "";
}

/** An urgent answer says to stop. */
function stoppedEnding(offers) {
  return ending(offers, "stopped", { confidence: 1 });
}

/** One remedy class is left, or likely enough. */
function foundEnding(offers, members) {
  const confidence = Math.min(1, sum(offers.p.filter((_, c) => members(c))));
  return ending(offers, "found", { causes: ranked(offers, members), confidence });
}

/** Several causes are left, and nothing separates them. */
function narrowedEnding(offers) {
  return ending(offers, "narrowed", { causes: ranked(offers) });
}

/** Most likely none of the listed causes. */
function unknownEnding(offers) {
  return ending(offers, "unknown", { confidence: offers.unknown });
}

/** What is left to say when no step is. */
function rest(offers) {
  if (isUnlisted(offers)) return unknownEnding(offers);
  const listed = listedClasses(offers.model, offers.p);
  const standing = listed.filter((each) => each > RULED_OUT);
  const alone = standing.length === 1 && standing[0] > HALF + TOLERANCE;
  if (!alone) return narrowedEnding(offers);
  return foundEnding(offers, likeliestClass(offers));
}

function ending(offers, kind, { causes = [], confidence = null, actions = null }) {
  const { p, model } = offers;
  const shares = causes.map((each) => p[model.ids.indexOf(each)]);
  return {
    kind,
    isEnd: true,
    causes,
    confidence: confidence ?? Math.min(1, sum(shares)),
    actions: actions ?? remedies(offers, causes),
    stop: kind === "stopped" ? stopText(offers) : "",
    triedInVain: kind === "found" && triedFor(offers, causes),
    doubt: kind === "unknown" ? doubtOf(offers) : null,
  };
}

/**
 * Untried actions that may fix one of these causes, in the order to try them.
 *
 * What can be undone comes first; each is the most efficient one for the case that those
 * before it did not help and their setups are open.
 */
function remedies(offers, causes) {
  const { model, state } = offers;
  const now = { opened: new Set(state.opened) };
  let { p } = offers;
  let left = model.actions.filter(
    (each) => !state.tried.has(each.id) && mayFix(model, each, causes),
  );
  // Rounded, for equals must not be told apart by the last bits of a sum.
  const rate = (each) => {
    const minutes = Math.max(costOf({ model, state: now }, each), TOLERANCE);
    return Number((dot(each.fixes, p) / minutes).toPrecision(RATED));
  };
  const found = [];
  while (left.length) {
    const gentle = left.filter((each) => each.risk !== "irreversible");
    const among = gentle.length ? gentle : left;
    const rates = among.map(rate);
    const best = among[rates.indexOf(Math.max(...rates))];
    found.push(best.id);
    openSetups(model, now, best);
    p = p.map((each, c) => each * (1 - best.fixes[c]));
    left = left.filter((each) => each !== best);
  }
  return found;
}

/** Whether something that fixes one of these causes was tried in vain. */
function triedFor({ model, state }, causes) {
  const tried = [...state.tried.keys()].map((each) => model.action.get(each));
  return tried.some((each) => mayFix(model, each, causes));
}

function mayFix(model, { fixes }, causes) {
  return causes.some((each) => fixes[model.ids.indexOf(each)] > 0);
}
