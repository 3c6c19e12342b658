// Questions and actions as they stand now, and how a session ends.
//
// A reason is a key of the fixed words.

/** The question of this id, as it stands now. */
function questionStep(analysis, id, reason = "") {
  const question = analysis.model.question.get(id);
  const at = analysis.model.telling.indexOf(question);
  return {
    kind: "question",
    isEnd: false,
    id,
    question,
    urgent: question.urgent,
    setup: setupTexts(analysis, question),
    bits: at < 0 ? 0 : analysis.gains[at],
    minutes: costOf(analysis, question),
    time: timeOf(analysis, question),
    before: analysis.state.stale.get(id) ?? null,
    overtakenBy: analysis.model.action.get(analysis.state.staleBy.get(id)) ?? null,
    reason,
    assumed: assumedFor(analysis, question),
  };
}

/** The action of this id, as it stands now. */
function actionStep(analysis, id, reason = "") {
  const action = analysis.model.action.get(id);
  return {
    kind: "action",
    isEnd: false,
    id,
    action,
    setup: setupTexts(analysis, action),
    minutes: costOf(analysis, action),
    time: timeOf(analysis, action),
    chance: analysis.chances[analysis.model.actions.indexOf(action)],
    reason,
    assumed: assumedFor(analysis, action),
  };
}

/** What to do first, the outermost setup first. */
function setupTexts(analysis, step) {
  return unopened(analysis, step)
    .reverse()
    .map((each) => each.do);
}

/** An action worked. */
function fixedEnding(analysis) {
  const causes = ranked(analysis, likeliestClass(analysis));
  const actions = [...analysis.state.tried].filter(([, ok]) => ok).map(([id]) => id);
  return ending(analysis, "fixed", { causes, actions });
}

/** The customer does not want to go on. */
function givenUpEnding(analysis) {
  const causes = ranked(analysis);
  return ending(analysis, "given up", { causes, actions: forLikelyCauses(analysis, causes) });
}

/** Remedies of likely causes; what cannot be undone only if it is as likely to help. */
function forLikelyCauses(analysis, causes) {
  const { model, p, reversible, chances } = analysis;
  const likely = causes.filter((each) => p[model.ids.indexOf(each)] > LIKELY - TOLERANCE);
  return remedies(analysis, likely).filter((each) => {
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
function stoppedEnding(analysis) {
  return ending(analysis, "stopped", { confidence: 1 });
}

/** One remedy class is left, or likely enough. */
function foundEnding(analysis, members) {
  const confidence = Math.min(1, sum(analysis.p.filter((_, c) => members(c))));
  return ending(analysis, "found", { causes: ranked(analysis, members), confidence });
}

/** Several causes are left, and nothing separates them. */
function narrowedEnding(analysis) {
  return ending(analysis, "narrowed", { causes: ranked(analysis) });
}

/** Most likely none of the listed causes. */
function unknownEnding(analysis) {
  return ending(analysis, "unknown", { confidence: analysis.unknown });
}

/** What is left to say when no step is. */
function rest(analysis) {
  if (isUnlisted(analysis)) return unknownEnding(analysis);
  const listed = listedClasses(analysis.model, analysis.p);
  const standing = listed.filter((each) => each > RULED_OUT);
  const alone = standing.length === 1 && standing[0] > HALF + TOLERANCE;
  if (!alone) return narrowedEnding(analysis);
  return foundEnding(analysis, likeliestClass(analysis));
}

function ending(analysis, kind, { causes = [], confidence = null, actions = null }) {
  const { p, model } = analysis;
  const shares = causes.map((each) => p[model.ids.indexOf(each)]);
  return {
    kind,
    isEnd: true,
    causes,
    confidence: confidence ?? Math.min(1, sum(shares)),
    actions: actions ?? remedies(analysis, causes),
    stop: kind === "stopped" ? stopText(analysis) : "",
    triedInVain: kind === "found" && triedFor(analysis, causes),
    watch: ["narrowed", "unknown"].includes(kind) && isHidden(analysis),
    doubt: kind === "unknown" ? doubtOf(analysis) : null,
  };
}

/** Whether what comes and goes may not have shown. */
function isHidden({ model, state }) {
  const { sometimes } = model.data;
  return sometimes || model.questions.some((each) => each.sometimes && state.answers.get(each.id) === each.normal);
}

/**
 * Untried actions that may fix one of these causes, in the order to try them.
 *
 * What can be undone comes first; each is the most efficient one for the case that those
 * before it did not help and their setups are open.
 */
function remedies(analysis, causes) {
  const { model, state } = analysis;
  const now = { opened: new Set(state.opened) };
  let { p } = analysis;
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
