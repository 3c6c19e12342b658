// A session's state with the arithmetic on it: belief, gains, what rules out what.

const situations = new WeakMap(); // a session never changes, so one is enough for it

/** State, belief, and what follows from them. */
function situationOf(session) {
  if (!situations.has(session)) situations.set(session, computed(session));
  return situations.get(session);
}

function computed(session) {
  const { model } = session;
  const state = stateOf(model, session.events);
  const situation = { model, state, options: session.options };
  situation.pieces = weighed(model, state);
  situation.exact = posterior(model.prior, situation.pieces);
  situation.p = withUnknown(situation.exact);
  situation.classBelief = classBelief(model, situation.p);
  situation.unknown = situation.p.at(-1);
  situation.unknownLeads = unknownLeads(model, situation.p);
  situation.gains = model.telling.map((each) => gain(model, each, situation.p));
  return situation;
}

/** The evidence that bears on the belief, each piece with its row L, in log order. */
function weighed(model, state) {
  return state.evidence
    .filter((each) => each.kind === "action" || !model.question.get(each.step).urgent)
    .map((each) => ({ ...each, row: rowOf(model, each) }));
}

function rowOf(model, { kind, step, result }) {
  if (kind === "question") {
    const question = model.question.get(step);
    return question.rows[question.outcomes.findIndex((each) => isSame(each, result))];
  }
  const { fixes } = model.action.get(step);
  return result === FIXED ? fixes : fixes.map((chance) => 1 - chance);
}

/** Whether two replies are one: the same answer, or the same of several. */
function isSame(one, other) {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((each, i) => each === other[i]);
}

/** P(cause | pieces) by Bayes' rule; all zero if they contradict every cause. */
function posterior(prior, pieces) {
  if (pieces.length === 0) return Float64Array.from(prior);
  const logs = logPosterior(prior, pieces);
  const likeliest = Math.max(...logs);
  if (likeliest === -Infinity) return new Float64Array(prior.length);
  const weights = logs.map((each) => Math.exp(each - likeliest));
  const total = sum(weights);
  return weights.map((each) => each / total);
}

/** Logarithms, so that long evidence does not underflow; not normalised. */
function logPosterior(prior, pieces) {
  const logs = new Float64Array(prior.length);
  // In the order of their names, so that sums round alike whatever came first.
  for (const { row } of sorted(pieces)) {
    for (let c = 0; c < logs.length; c++) logs[c] += Math.log(row[c]);
  }
  return logs.map((each, c) => Math.log(prior[c]) + each);
}

function sorted(pieces) {
  const key = (each) => `${each.kind} ${each.step} ${each.result}`;
  return [...pieces].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The posterior, or certainty of an unknown cause where it is all zero. */
function withUnknown(p) {
  if (p.some((each) => each > 0)) return p;
  const certain = new Float64Array(p.length);
  certain[p.length - 1] = 1;
  return certain;
}

function classBelief(model, p) {
  const shares = new Float64Array(model.classCount);
  p.forEach((each, c) => (shares[model.classes[c]] += each));
  return shares;
}

/** The belief per remedy class without the one of the unknown cause. */
function listedClasses(model, p) {
  const shares = classBelief(model, p);
  shares[model.unknownClass] = 0;
  return shares;
}

/** Whether the unknown cause is likelier than every remedy class and its prior. */
function unknownLeads(model, p) {
  const unknown = p.at(-1);
  const likelier = unknown > Math.max(...listedClasses(model, p)) + TOLERANCE;
  return likelier && unknown > model.prior.at(-1) + TOLERANCE;
}

/** Expected information about the remedy class, `H(A) - sum_r P(r) H(A | r)`, bits. */
function gain(model, question, p) {
  let noise = 0;
  const joint = new Map(); // of classes with several causes: mass, then by answer
  const answers = new Float64Array(question.rows.length);
  for (let c = 0; c < p.length; c++) {
    if (p[c] === 0) continue;
    const shares = question.rows.map((row) => row[c] * p[c]);
    shares.forEach((each, a) => (answers[a] += each));
    if (model.crowded[c]) addTo(joint, model.classes[c], [p[c], ...shares]);
    else noise += p[c] * question.noise[c];
  }
  for (const [mass, ...shares] of joint.values()) {
    noise += plogp(mass) - sum(shares.map(plogp));
  }
  const bits = plogp(sum(p)) - sum(Array.from(answers, plogp)) - noise;
  return bits < USELESS ? 0 : bits;
}

function addTo(joint, key, numbers) {
  const before = joint.get(key);
  joint.set(key, before ? before.map((each, i) => each + numbers[i]) : numbers);
}

/** Root causes that are not ruled out, the likeliest first; the file's order in ties. */
function ranked(situation, members = () => true) {
  const { model, p } = situation;
  const listed = model.ids.slice(0, -1).map((id, c) => ({ id, c, share: p[c] }));
  const among = listed.filter((each) => members(each.c));
  const likely = among.filter((each) => each.share > RULED_OUT);
  const shares = (some) => sum(some.map((each) => each.share));
  // Many that are unlikely are together likely.
  const enough = shares(likely) > HALF * shares(among);
  const shown = enough ? likely : among.filter((each) => each.share > 0);
  return shown.sort((a, b) => likelier(a.share, b.share) || a.c - b.c).map((x) => x.id);
}

/** The likelier first; equals are not told apart by the last bits of a sum. */
function likelier(one, other) {
  return rounded(other, EQUAL) - rounded(one, EQUAL);
}

/** The causes in the likeliest listed remedy class, as a test of their place. */
function likeliestClass(situation) {
  const { model, p } = situation;
  const leading = firstGreatest(listedClasses(model, p));
  return (c) => model.classes[c] === leading;
}

function firstGreatest(numbers) {
  return numbers.indexOf(Math.max(...numbers));
}

/** `sum_c row(c) p(c)`. */
function dot(row, p) {
  let total = 0;
  for (let c = 0; c < p.length; c++) total += row[c] * p[c];
  return total;
}

/** The evidence that weighs most against a cause, null where only the prior does. */
function strongestAgainst(situation, cause) {
  const { model, pieces } = situation;
  let [heaviest, least] = [null, 0];
  pieces.forEach((piece, i) => {
    const before = posterior(model.prior, pieces.slice(0, i));
    const bits = piece.row[cause] === 0 ? -Infinity : logOdds(before, piece.row, cause);
    if (bits < least) [heaviest, least] = [piece, bits];
  });
  return heaviest;
}

/** `log2 P(e | c) / P(e | not c)`; 0 for what has no alternative. */
function logOdds(p, row, cause) {
  const others = p.map((each, c) => (c === cause ? 0 : each));
  const against = dot(row, others) / sum(others);
  return against > 0 ? Math.log2(row[cause]) - Math.log2(against) : 0;
}
