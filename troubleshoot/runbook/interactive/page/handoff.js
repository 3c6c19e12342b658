// The hand-off as plain text; private answers are masked in it.

function handOffText(session) {
  const { model, events } = session;
  const { tree, symptom } = model.data;
  const step = nextStep(session);
  return [
    `${word("handoff")}: ${tree.title}`,
    symptom ? `${word("symptom")}: ${symptom}` : "",
    `${word("ending")}: ${standing(session, step)}`,
    section("most_likely", likeliest(session)),
    section("said_so_far", saidLines(model, events)),
    section("what_may_help", remedyLines(session, step)),
    section("hand_over_to", escalationLines(model.escalate)),
    [tree.id, tree.version, tree.fingerprint, events.at(-1).at].filter((x) => x).join(" · "),
  ]
    .filter((each) => each)
    .join("\n");
}

function standing(session, step) {
  if (!step.isEnd) return word("outcome_open");
  const outcome = word(`outcome_${step.kind.replace(" ", "_")}`);
  return `${outcome}. ${endingText(session, step)}`;
}

function section(title, lines) {
  if (!lines.length) return "";
  return `\n${word(title)}:\n${lines.map((each) => `- ${onOneLine(each)}`).join("\n")}`;
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
  return every.slice(0, 5).map(([id, share]) => `${titleOf(model, id)} (${percent(share)})`);
}

function saidLines(model, events) {
  const state = stateOf(model, events);
  const moves = corrected(events).filter((each) => isReply(each) || each.text);
  return moves.map((each, i) => {
    if (!isReply(each)) return each.text;
    const kind = isAnswer(each) ? "question" : "action";
    const anew = moves.slice(i + 1).some((later) => isSameStep(each, later));
    const aside = asideText(state, each, anew);
    const said = replyText(model, each, true);
    return `${stepText(model, kind, each.step)} ${said}${aside ? ` (${aside})` : ""}`;
  });
}

function remedyLines(session, step) {
  if (!step.isEnd || step.kind === "fixed") return [];
  return remediesOf(session, step).map(actionLine);
}

/** An action on one line; caution, risk and what comes first stand before it. */
function actionLine({ action, setup, minutes: cost }) {
  const before = [
    action.caution ? `${word("careful")} ${action.caution}` : "",
    action.risk === "none" ? "" : word(action.risk),
    setup.length ? `${word("first")} ${setup.join(" ")}` : "",
  ];
  return [...before, action.do, `(${minutes(cost)})`].filter((each) => each).join(" ");
}

function escalationLines(escalate) {
  if (escalate === null) return [];
  const bring = escalate.bring.length
    ? [`${word("have_ready")} ${escalate.bring.join(", ")}`]
    : [];
  return escalate.to ? [escalate.to, ...bring] : bring;
}
