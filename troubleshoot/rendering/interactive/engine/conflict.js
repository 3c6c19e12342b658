// Why no listed cause fits, and which evidence would be worth checking again.
//
// The conflict of pieces is `log2(prod_i P(e_i) / P(e))` in bits, P if the cause is a
// listed one; positive where pieces fit badly together.

/** What does not fit; null while a listed cause leads, or the pieces agree. */
function surpriseOf(analysis) {
  const bits = conflict(analysis.model, analysis.pieces);
  if (bits <= TOLERANCE || !analysis.unknownLeads) return null;
  const every = suspectsOf(analysis, bits);
  const standOut = every.filter((each) => each.restored || each.restores > TOLERANCE);
  const suspects = standOut.length ? standOut : every;
  const alone = suspects.some((each) => each.restored);
  return {
    conflict: bits,
    contradicted: bits === Infinity,
    suspects,
    pair: alone ? [] : restoringPair(analysis, suspects),
  };
}

/** Why no listed cause fits, whether or not pieces conflict. */
function doubtOf(analysis) {
  const found = surpriseOf(analysis);
  if (found) return found;
  const suspects = analysis.unknownLeads
    ? suspectsOf(analysis).filter((each) => each.restored)
    : [];
  return { conflict: 0, contradicted: false, suspects, pair: [] };
}

/** All evidence, the first to check first; `bits` are its conflict. */
function suspectsOf(analysis, bits = 0) {
  const pieces = sorted(analysis.pieces);
  const others = pieces.map((piece) => pieces.filter((each) => each !== piece));
  const left = others.map((each) => conflict(analysis.model, each));
  const chances = slipChances(left);
  return pieces
    .map((piece, i) => suspect(analysis, piece, others[i], bits, left[i], chances[i]))
    .sort(byRank);
}

function suspect(analysis, { kind, step, result }, others, bits, rest, chance) {
  const { model } = analysis;
  const steps = kind === "question" ? model.question : model.action;
  const p = posterior(model.prior, others);
  return {
    kind,
    step,
    result,
    chance,
    restores: rest === Infinity ? 0 : bits - rest,
    minutes: costOf(analysis, steps.get(step)),
    story: story(model, withUnknown(p)),
    restored: agrees(model, p),
    confusable: kind === "question" ? takenFor(steps.get(step), result) : [],
  };
}

/**
 * Ids of the answers that are easily taken for this one; none if private.
 *
 * Of several, those that are not among them and easily taken for one that is.
 */
function takenFor(question, answer) {
  if (question.private) return [];
  const held = [answer].flat();
  const alike = question.confusable.filter((pair) => pair.some((x) => held.includes(x)));
  const others = alike.flat().filter((each) => !held.includes(each));
  return question.answers.map(({ id }) => id).filter((id) => others.includes(id));
}

/** Which piece is the slip if one is, by the conflict without it. */
function slipChances(left) {
  const least = Math.min(...left);
  if (least === Infinity) return left.map(() => 0);
  const weights = left.map((each) => 2 ** (least - each));
  return weights.map((each) => each / sum(weights));
}

/** Those that restore a story first, then by chance per minute. */
function byRank(one, other) {
  return (
    other.restored - one.restored ||
    rateOf(other) - rateOf(one) ||
    one.minutes - other.minutes ||
    (`${one.kind} ${one.step}` < `${other.kind} ${other.step}` ? -1 : 1)
  );
}

function rateOf({ chance, minutes }) {
  // Rounded, for equals must not be told apart by the last bits of a sum.
  return Number((chance / Math.max(minutes, TOLERANCE)).toPrecision(RATED));
}

/** The likeliest listed causes, with their belief. */
function story(model, p) {
  const listed = model.ids.slice(0, -1).map((id, c) => [id, p[c]]);
  const order = listed.sort((a, b) => b[1] - a[1]).slice(0, LEADING);
  return order.filter(([, share]) => share > 0);
}

/** The two that restore a story together, the likeliest per minute; or none. */
function restoringPair(analysis, suspects) {
  if (suspects.length > FEW) return [];
  let found = [];
  let least = Infinity;
  for (const [i, one] of suspects.entries()) {
    for (const other of suspects.slice(i + 1)) {
      const rank = pairRank(analysis, one, other);
      if (rank >= least) continue;
      least = rank;
      found = [one, other];
    }
  }
  return found;
}

/** `-log2` of chance per minute, but for a constant; infinite without a story. */
function pairRank(analysis, one, other) {
  const without = analysis.pieces.filter((each) => !same(each, one) && !same(each, other));
  if (!agrees(analysis.model, posterior(analysis.model.prior, without))) return Infinity;
  const minutes = Math.max(one.minutes + other.minutes, TOLERANCE);
  const bits = conflict(analysis.model, without) + Math.log2(minutes);
  return rounded(bits, RATED);
}

function same(piece, suspect) {
  return piece.kind === suspect.kind && piece.step === suspect.step;
}

/** Whether a posterior allows a cause, and not the unknown one before all. */
function agrees(model, p) {
  return p.some((each) => each > 0) && !unknownLeads(model, p);
}

function conflict(model, pieces) {
  const listed = Float64Array.from(model.prior);
  listed[listed.length - 1] = 0;
  const total = sum(listed);
  if (total === 0) return 0;
  const prior = listed.map((each) => each / total);
  const logs = logPosterior(prior, pieces);
  const likeliest = Math.max(...logs);
  if (likeliest === -Infinity) return Infinity;
  const together = likeliest + Math.log(sum(logs.map((x) => Math.exp(x - likeliest))));
  const apart = sum(sorted(pieces).map(({ row }) => Math.log(dot(row, prior))));
  return (apart - together) / Math.LN2;
}
