// The hand-off as plain text; private answers are masked in it.

const MOST = 5; // of the likeliest causes, and of what may help when somebody stopped

function handOffText(session) {
  const { model, events } = session;
  const { tree } = model.data;
  const { title, symptom } = model;
  const step = nextStep(session);
  return [
    `${word("handoff")}: ${title}`,
    symptom ? `${word("symptom")}: ${symptom}` : "",
    `${word("ending")}: ${standing(session, step)}`,
    section("next_step", step.isEnd ? [] : [stepLine(step)]),
    section("most_likely", likeliest(session)),
    section("ruled_out_by", ruledOutLines(session)),
    section("said_so_far", saidLines(model, events)),
    section("taken_as_known", takenLines(session)),
    section("what_may_help", remedyLines(session, step)),
    section("noted", notedLines(session)),
    section("hand_over_to", escalationLines(model.escalate)),
    [tree.id, tree.version, tree.fingerprint, events.at(-1).at].filter((x) => x).join(" · "),
  ]
    .filter((each) => each)
    .join("\n");
}

function standing(session, step) {
  if (!step.isEnd) return word("outcome_open");
  const outcome = word(`outcome_${step.kind.replace(" ", "_")}`);
  // What the page says to who stopped is no news to who goes on.
  return step.kind === "given up" ? outcome : `${outcome}. ${endingText(session, step)}`;
}

function section(title, lines) {
  if (!lines.length) return "";
  return `\n${word(title)}:\n${lines.map(item).join("\n")}`;
}

/** An item of a list: a text on one line, or lines that stay as they are. */
function item(text) {
  const lines = Array.isArray(text) ? text : [onOneLine(text)];
  return `- ${lines.join("\n  ")}`;
}

/** Parts in a row, or below each other where one has lines of its own. */
function inTurn(parts) {
  const filled = parts.filter((each) => each.length && each[0] !== "");
  return filled.some((each) => each.length > 1)
    ? filled.flat()
    : filled.map((each) => each[0]).join(" ");
}

function onOneLine(text) {
  return text.split(/\s+/).join(" ").trim();
}

function likeliest(session) {
  const situation = situationOf(session);
  const { model, p } = situation;
  const listed = ranked(situation).map((id) => [id, p[model.ids.indexOf(id)]]);
  const every = [...listed, [UNKNOWN, situation.unknown]];
  every.sort((a, b) => likelier(a[1], b[1]));
  return every.slice(0, MOST).map(([id, share]) => `${titleOf(model, id)} (${percent(share)})`);
}

function ruledOutLines(session) {
  const situation = situationOf(session);
  const [, out] = leftAndOut(situation);
  return ruledOutGroups(situation, out).map(
    ({ by, titles }) => `${titles.join("; ")}: ${againstText(session.model, by, true)}`,
  );
}

function saidLines(model, events) {
  const state = stateOf(model, events);
  const moves = corrected(events).filter((each) => isReply(each) || each.text);
  return moves.map((each, i) => {
    const from = originText(model, each, true);
    const origin = from ? ` (${from})` : "";
    if (!isReply(each)) return `${remarkText(model, each, true)}${origin}`;
    const kind = isAnswer(each) ? "question" : "action";
    const anew = moves.slice(i + 1).some((later) => isSameStep(each, later));
    const aside = asideText(state, each, anew);
    const said = replyText(model, each, true);
    const lines = linesOf(stepText(model, kind, each.step));
    // The name of an action, which is no sentence, leads to what came of it.
    if (kind === "action" && !/[.?!:]$/.test(lines.at(-1))) lines.push(`${lines.pop()}:`);
    return inTurn([lines, [`${said}${origin}${aside ? ` (${aside})` : ""}`]]);
  });
}

/** What nobody said and is taken as known, without what was asked in private. */
function takenLines(session) {
  return assumedIn(situationOf(session)).map((each) => takenText(each, true));
}

/** What the tree wants noted, and what was; private texts are masked. */
function notedLines({ model, events }) {
  const { recorded } = stateOf(model, events);
  return [...model.record.values()]
    .filter(({ id, always: wanted }) => wanted || recorded.has(id))
    .map(({ id, title, private: secret }) => {
      const said = recorded.has(id) ? recorded.get(id) : word("not_noted");
      return `${title}: ${secret && recorded.has(id) ? word("private") : said}`;
    });
}

function remedyLines(session, step) {
  if (!step.isEnd || step.kind === "fixed") return [];
  const lines = remediesOf(session, step).map(stepLine);
  return step.kind === "given up" ? lines.slice(0, MOST) : lines;
}

/** A step in a few lines; caution, risk and what comes first stand before it. */
function stepLine({ question, action, urgent, setup, time }) {
  const { warning = [], risk = "none" } = action ?? {};
  const first = setup.flatMap(linesOf);
  return inTurn([
    [urgent ? `${word("urgent")}:` : ""],
    headedBy(word("careful"), warning),
    [risk === "none" ? "" : word(risk)],
    headedBy(word("first"), setup.length === first.length ? [first.join(" ")] : first),
    action?.titled ? [`${action.title}:`] : [],
    linesOf(question ? question.ask : action.do),
    [`(${spent(time)})`],
  ]);
}

/** The words before the first line; nothing where there is none. */
function headedBy(words, [first = "", ...rest]) {
  return first ? [`${words} ${first}`, ...rest] : [];
}

function escalationLines(escalate) {
  if (escalate === null) return [];
  const bring = escalate.bring.length
    ? [`${word("have_ready")} ${escalate.bring.join(", ")}`]
    : [];
  return escalate.to ? [escalate.to, ...bring] : bring;
}
