// The tree as the engine needs it: what data.py wrote, with its sparse numbers spread.
//
// Throughout these files:
//     p   is a belief, one number per cause; root causes in the order of the file, the
//         unknown cause last
//     L   is a row of likelihoods, P(evidence | cause), one number per cause
//
// Assumed: a single fault, and answers that are independent given the cause.

// `SHARED` is what the library has written of its own, see shared.py.

const { RULED_OUT, TOLERANCE, EQUAL, RATED, USELESS } = SHARED.numbers;
const { SLIGHT, TELLING, WORTHLESS, TIE, REMEDY, HALF, LIKELY } = SHARED.numbers;
const { WORTH_TRYING, TWICE, LEADING, FEW } = SHARED.numbers;
const { FORMAT, DIGITS, SHARE_DIGITS, LONGEST, DEEPEST } = SHARED.numbers;
const { LONGEST_NAME, LONGEST_QUOTE } = SHARED.numbers;
const { DONT_KNOW, NOT_NOW, NONE, UNKNOWN, SOMEBODY, FIXED, FAILED } = SHARED.words;
const { PROBE, SAID, MEASURED, TRIED, NOT } = SHARED.words;
const { MET, OPEN, UNMET } = SHARED.numbers;

/** The model of a tree, made once per page. */
function compile(data) {
  const size = data.prior.length;
  const questions = data.questions.map((each) => compiledQuestion(each, size));
  const actions = data.actions.map((each) => ({
    ...each,
    written: each,
    fixes: spread(0, each.fixes, size),
  }));
  const model = {
    data,
    size,
    prior: data.prior,
    classes: data.classes,
    unknownClass: data.classes[size - 1],
    classCount: Math.max(...data.classes) + 1,
    confidence: data.confidence,
    title: data.title,
    symptom: data.symptom,
    lines: data.lines,
    escalate: data.escalate,
    watch: data.watch,
    price: data.escalate === null ? null : data.escalate.cost,
    questions,
    actions,
    telling: questions.filter((each) => !each.urgent),
    causes: byId([...data.causes.map(living), { id: UNKNOWN, title: "" }]),
    question: byId(questions),
    action: byId(actions),
    setup: byId(data.setups.map(living)),
    record: byId(data.records.map(living)),
    ids: [...data.causes.map((each) => each.id), UNKNOWN],
  };
  model.crowded = crowdedClasses(model);
  return model;
}

/** What may be told otherwise than it is written. */
function living(written) {
  return { ...written, written };
}

/** A question with a row of likelihoods per outcome; an urgent one has none. */
function compiledQuestion(question, size) {
  const ids = question.answers.map((each) => each.id);
  const outcomes = question.several ? setsOf(ids) : ids;
  const rows = question.urgent ? ids.map(() => null) : rowsOf(question, size);
  const noise = question.urgent ? null : entropies(rows, size);
  return { ...living(question), outcomes, rows, noise };
}

/** All that can be said where any number of answers can hold; bit i says if answer i does. */
function setsOf(ids) {
  let sets = [[]];
  for (const id of ids) sets = [...sets, ...sets.map((each) => [...each, id])];
  return sets;
}

/** P(answer | cause) of each answer; of several, P(set | cause) of each set of them. */
function rowsOf(question, size) {
  const marks = question.answers.map((_, a) =>
    spread(
      question.otherwise[a],
      question.given.map(([chances, causes]) => [chances[a], causes]),
      size,
    ),
  );
  if (!question.several) return marks;
  let sets = [new Float64Array(size).fill(1)];
  for (const mark of marks) {
    const without = sets.map((row) => row.map((each, c) => each * (1 - mark[c])));
    const among = sets.map((row) => row.map((each, c) => each * mark[c]));
    sets = [...without, ...among];
  }
  sets.forEach((row, m) => (row[size - 1] = question.unknown[m]));
  return sets;
}

/** One number per cause: the default, and the exceptions as [number, causes]. */
function spread(otherwise, exceptions, size) {
  const row = new Float64Array(size).fill(otherwise);
  for (const [number, causes] of exceptions) {
    for (const cause of causes) row[cause] = number;
  }
  return row;
}

/** H(answer | cause) in bits. */
function entropies(rows, size) {
  return Float64Array.from({ length: size }, (_, cause) =>
    -sum(rows.map((row) => plogp(row[cause]))),
  );
}

/** Whether a cause shares its remedy class with another one. */
function crowdedClasses(model) {
  const counts = new Array(model.classCount).fill(0);
  for (const each of model.classes) counts[each] += 1;
  return model.classes.map((each) => counts[each] > 1);
}

function byId(list) {
  return new Map(list.map((each) => [each.id, each]));
}

function sum(numbers) {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}

function plogp(x) {
  return x > 0 ? x * Math.log2(x) : 0;
}
