// How the conditions of steps stand: by what was said, and by what is as good as known.

/** How the condition of a step and its setups stands. */
function conditionStands(situation, step) {
  const of = claimsOf(situation, step);
  return Math.min(MET, ...conditionsOf(situation.model, step).map((x) => truth(x, of)));
}

/** How claims stand for a step; a belief never closes what an urgent one waits for. */
function claimsOf(situation, step) {
  if (!step.urgent) return (claim) => claimStands(situation, claim);
  return (claim) =>
    byWhatWasSaid(claim, situation.state) || Math.max(OPEN, claimStands(situation, claim));
}

function claimStands(situation, claim) {
  return standsWhere(situation, claim, gatesStanding(situation));
}

/** How a claim stands where the conditions of the gates stand like this. */
function standsWhere(situation, claim, applies) {
  const said = byWhatWasSaid(claim, situation.state);
  if (said !== OPEN || claim.kind === "action") return said;
  const question = situation.model.question.get(claim.step);
  const stands = applies.get(claim.step) ?? MET;
  if (question.urgent || stands !== MET) return Math.min(OPEN, stands);
  const share = shareOf(situation, claim);
  const enough = situation.model.confidence - TOLERANCE;
  if (share >= enough) return MET;
  return !claim.wanted.includes(DONT_KNOW) && 1 - share >= enough ? UNMET : OPEN;
}

const standings = new WeakMap(); // by the belief, which belongs to one situation

/** How the conditions of gates stand that have any, by question. */
function gatesStanding(situation) {
  if (!standings.has(situation.p)) standings.set(situation.p, settledGates(situation));
  return standings.get(situation.p);
}

/** All are open at first; what becomes met or unmet stays so, in every order. */
function settledGates(situation) {
  const { model } = situation;
  const found = new Map(conditionedGates(model).map((each) => [each.id, OPEN]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [id, before] of found) {
      const conditions = conditionsOf(model, model.question.get(id));
      const of = (claim) => standsWhere(situation, claim, found);
      const now = Math.min(...conditions.map((each) => truth(each, of)));
      changed ||= now !== before;
      found.set(id, now);
    }
  }
  return found;
}

const conditioned = new WeakMap(); // a model never changes

/** Questions that others wait for, and that wait for something themselves. */
function conditionedGates(model) {
  if (!conditioned.has(model)) {
    const steps = [...model.questions, ...model.actions];
    const claims = steps.flatMap((each) => conditionsOf(model, each).flatMap(claimsIn));
    const gates = new Set(claims.filter((x) => x.kind === "question").map((x) => x.step));
    conditioned.set(
      model,
      model.questions.filter((x) => gates.has(x.id) && conditionsOf(model, x).length),
    );
  }
  return conditioned.get(model);
}

function claimsIn(part) {
  return part.parts ? part.parts.flatMap(claimsIn) : [part];
}

/** `P(one of the answers that will do | evidence)`. */
function shareOf({ model, p }, claim) {
  return dot(rowOfClaim(model, claim), p);
}

function rowOfClaim(model, claim) {
  const { outcomes, rows } = model.question.get(claim.step);
  const row = new Float64Array(model.prior.length);
  outcomes.forEach((each, a) => {
    if (!admits(claim, [each].flat())) return;
    for (let c = 0; c < row.length; c++) row[c] += rows[a][c];
  });
  return row;
}

/** What open steps, and answers that were given, stand on; each once. */
function assumedIn(situation) {
  const { model } = situation;
  const found = new Map();
  for (const step of [...model.questions, ...model.actions]) {
    for (const each of assumedFor(situation, step)) {
      const key = JSON.stringify([each.question.id, each.wanted]);
      if (!found.has(key)) found.set(key, each);
    }
  }
  return [...found.values()];
}

/** What is taken as known for a step whose condition is met. */
function assumedFor(situation, step) {
  const parts = conditionsOf(situation.model, step);
  if (!parts.length || conditionStands(situation, step) !== MET) return [];
  return takenIn(situation, { every: true, parts });
}

/** Of a part that is met: nothing that was said has to be taken as known. */
function takenIn(situation, part) {
  const said = (claim) => byWhatWasSaid(claim, situation.state);
  const stands = (each, of) => (each.parts ? truth(each, of) : of(each));
  if (!part.parts) return said(part) === OPEN ? [takenAsKnown(situation, part)] : [];
  if (stands(part, said) === MET) return [];
  const of = (claim) => claimStands(situation, claim);
  const met = part.parts.filter((each) => stands(each, of) === MET);
  return (part.every ? met : met.slice(0, 1)).flatMap((each) => takenIn(situation, each));
}

/** The question, the answers that it may be, how likely, and what made it so. */
function takenAsKnown(situation, claim) {
  const { model, p } = situation;
  const question = model.question.get(claim.step);
  const enough = model.confidence - TOLERANCE;
  const among = question.outcomes.filter((each) => admits(claim, [each].flat()));
  const alone = among.find((each) => dot(question.rows[question.outcomes.indexOf(each)], p) >= enough);
  return {
    question,
    wanted: question.several ? claim.wanted : alone ? [alone] : among,
    probability: Math.min(1, shareOf(situation, claim)),
    piece: mostTelling(situation, rowOfClaim(model, claim)),
  };
}

/** The evidence that made it likelier most, null where the tree says so by itself. */
function mostTelling({ model, pieces }, row) {
  const shares = [0, ...pieces.keys()].map((_, i) =>
    dot(row, posterior(model.prior, pieces.slice(0, i))),
  );
  shares.push(dot(row, posterior(model.prior, pieces)));
  if (shares[0] >= model.confidence - TOLERANCE) return null;
  let [found, most] = [null, 0];
  pieces.forEach((piece, i) => {
    const rise = shares[i + 1] - shares[i];
    if (rise > most) [found, most] = [piece, rise];
  });
  return found;
}
