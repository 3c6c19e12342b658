// Numbers, lists and fixed words as a reader sees them.

const WORDS = JSON.parse(document.getElementById("words").textContent);

/** A fixed word or sentence; what stands in braces is put in, once. */
function word(key, values = {}) {
  if (!(key in WORDS)) throw new Error(`there is no word '${key}'`);
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Minutes as one says them: "1 min 20 s", "18 min", "1 h 30 min", "2 days 3 h". */
function duration(cost) {
  if (!cost) return "0 min";
  if (cost < 59.5) return inUnits(cost * 60, 60, "min", "s");
  if (cost < 2 * 24 * 60 - 0.5) return inUnits(cost, 60, "h", "min");
  return inUnits(cost / 60, 24, word("days"), "h");
}

/** Time that somebody attends, and the waiting besides. */
function spent({ minutes, wait }) {
  if (!wait) return duration(minutes);
  const values = { minutes: duration(minutes), wait: duration(wait) };
  return word(minutes ? "and_waiting" : "only_waiting", values);
}

/** An amount of the small unit, of which so many are a large one. */
function inUnits(amount, many, large, small) {
  const all = Math.max(1, Math.round(amount));
  const [whole, rest] = [Math.floor(all / many), all % many];
  if (rest && whole >= 10) return `${Math.round(amount / many)} ${large}`;
  const parts = [whole && `${whole} ${large}`, rest && `${rest} ${small}`];
  return parts.filter((each) => each).join(" ");
}

/** Never "0 %" or "100 %" unless it is exactly so. */
function percent(chance) {
  if (chance === 0 || chance === 1) return `${100 * chance} %`;
  if (chance < 0.01) return word("below", { percent: "1 %" });
  const shown = Math.min(Math.max(Math.round(chance * 100), 1), 99);
  const about = shown === 1 || shown === 99;
  return about ? word("about", { percent: `${shown} %` }) : `${shown} %`;
}

/** The names as in a sentence: "a", "a or b", "a, b or c". */
function listing(names, between = word("or")) {
  const most = names.slice(0, -1).join(", ");
  return most ? `${most} ${between} ${names.at(-1)}` : (names[0] ?? "");
}

function titleOf(model, cause) {
  return cause === UNKNOWN ? word("not_listed") : model.causes.get(cause).title;
}

/** What was said to a question; a private answer is masked where others may read. */
function saidOf(question, reply, { masked = false, value } = {}) {
  if (reply === DONT_KNOW) return word("dont_know");
  if (reply === NOT_NOW) return word("not_now");
  if (masked && question.private) return word("private");
  const text = answerText(question, reply);
  return value === undefined ? text : `${value} ${question.unit} (${text})`;
}

/** An answer as it reads. */
function answerText({ answers }, reply) {
  if (Array.isArray(reply)) return setText(answers, reply);
  return answers.find((each) => each.id === reply).text;
}

/** Which of several answers hold, and which do not. */
function setText(answers, held) {
  const textsOf = (isHeld) =>
    answers.filter(({ id }) => held.includes(id) === isHeld).map((each) => each.text);
  const [some, others] = [textsOf(true), textsOf(false)];
  if (!some.length) return word("none_of_these");
  const without = others.length ? [word("not_these", { answers: listing(others) })] : [];
  return [listing(some, word("and")), ...without].join(", ");
}

function outcomeSaid(fixed) {
  return word(fixed ? "it_helped" : "it_did_not_help");
}

/** A piece of evidence in a few words. */
function pieceText(model, { kind, step, result }, masked = false) {
  if (kind === "action") {
    return [model.action.get(step).title, outcomeSaid(result === "fixed")];
  }
  const question = model.question.get(step);
  return [question.ask, saidOf(question, result, { masked })];
}

/** How a session ended, in one or two sentences. */
function endingText(session, step) {
  const text = outcomeText(session, step);
  return step.watch ? `${text} ${watchText(session.model.watch)}` : text;
}

/** What to note, how long, and after how often to go on. */
function watchText({ note: told, minutes, times }) {
  const often = times === 1 ? word("one_occurrence") : word("many_occurrence", { count: times });
  const values = { note: told || word("watch_note"), times: often, time: duration(minutes) };
  return word("watch_for_it", values);
}

function outcomeText(session, step) {
  const { model } = session;
  const causes = listing(step.causes.map((each) => titleOf(model, each)));
  const sure = percent(step.confidence);
  switch (step.kind) {
    case "fixed":
      return word("end_fixed");
    case "stopped":
      return step.stop;
    case "given up":
      return word("end_given_up");
    case "unknown":
      return word("end_unknown", { percent: sure });
    case "found": {
      const text = word("end_found", { percent: sure, causes });
      return step.triedInVain ? `${text} ${word("end_tried_in_vain")}` : text;
    }
  }
  return word("end_narrowed", { percent: sure });
}
