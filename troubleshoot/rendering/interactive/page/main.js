// The page: what is shown follows from the session; every button makes another session.

const model = compile(JSON.parse(part("data").textContent));
const shown = lastKept();

/** What was kept before, or a new session. */
function lastKept() {
  const { session, started } = kept(model);
  return { session: session ?? begin(model), started, correcting: null };
}

/** Keeps and shows another session. */
function goOn(session, { started = true, correcting = null } = {}) {
  keepOrWarn(session, started);
  turnTo({ session, started, correcting });
}

/** Says, once, that nothing is kept. */
function keepOrWarn(session, started) {
  const warning = part("not-kept");
  if (!keep(session, started) && !warning.textContent) {
    warning.textContent = word("not_kept");
  }
}

/** Shows another session, and moves the reader to the step that comes now. */
function turnTo(other) {
  Object.assign(shown, other);
  show();
  // Cautions stand before the heading, and must not be scrolled out of sight.
  part("heading").focus({ preventScroll: true });
  part("step").scrollIntoView();
}

function show() {
  const { session, started, correcting } = shown;
  tell(model, valuesOf(session));
  part("title").textContent = printable(model.title);
  if (model.symptom) part("symptom").textContent = printable(model.symptom);
  document.title = printable(model.title);
  const step = nextStep(session);
  const ended = started && step.isEnd && !correcting;
  const over = ended && ["fixed", "stopped"].includes(step.kind);
  part("step").replaceChildren(...flat(cardOf(session, step)));
  part("step").className = started && step.urgent && !correcting ? "card alarm" : "card";
  part("tools").replaceChildren(...(started ? toolbar(session, step) : []));
  showSides(session, started ? correct : null);
  part("else").hidden = !started || over;
  if (part("else").open) pickElse();
  part("handoff").open = ended;
  part("handoff").hidden = !started;
  part("handoff-text").value = printable(handOffText(session));
  part("handoff-text").rows = part("handoff-text").value.split("\n").length + 1;
  part("handoff-done").textContent = "";
  announce(started ? heard(session) : "");
}

function announce(text) {
  part("live").textContent = printable(text);
}

/** What stands beside the step. */
function showSides(session, change) {
  const moves = pathList(session, change);
  part("possible").replaceChildren(...flat(possibleList(session)));
  part("path").replaceChildren(...moves);
  part("no-path").hidden = moves.length > 0;
  part("times").textContent = timesText(session);
}

function flat(children) {
  return children.flat(3).filter((each) => each !== null && each !== "");
}

/** What a screen reader says after each move. */
function heard(session) {
  const situation = situationOf(session);
  const standing = ranked(situation);
  const [first] = standing;
  if (first === undefined) return word("live_none");
  const count = standing.length;
  const share = situation.p[model.ids.indexOf(first)];
  const { unknown } = situation;
  if (likelier(share, unknown) > 0) {
    return word("live_unlisted", { count, percent: percent(unknown) });
  }
  return word("live", { count, cause: titleOf(model, first), percent: percent(share) });
}

function cardOf(session, step) {
  const { started, correcting } = shown;
  if (!started) return startCard();
  if (correcting) return correctionCard(session, correcting, corrections(correcting));
  if (step.kind === "question") {
    return questionCard(session, step, { reply: replyTo(step), noted, correct });
  }
  if (step.kind === "action") {
    return actionCard(session, step, { ...outcomesOf(step), noted, correct });
  }
  return endingCard(session, step, { check: correct, tried: triedAtLast, noted });
}

/** What the tree wants noted, with the step that is on. */
function noted(text, record) {
  goOn(note(shown.session, text, record));
}

function replyTo(step) {
  return (reply, value) =>
    goOn(answer(shown.session, step.id, reply, { value, asked: step }));
}

function outcomesOf({ id }) {
  return {
    tried: (fixed) => goOn(tried(shown.session, id, fixed)),
    skipped: () => goOn(skip(shown.session, id)),
  };
}

/** An action of an ending, which the reader took after all. */
function triedAtLast(id, fixed) {
  goOn(tried(shown.session, id, fixed));
}

function correct(what) {
  goOn(shown.session, { correcting: what });
}

function corrections({ step }) {
  const { session } = shown;
  const { stale, said } = stateOf(model, session.events);
  // What an action has overtaken is answered anew, as it may be different now.
  const anew = stale.has(step) || !said.has(`question ${step}`);
  return {
    answered: (reply, value) =>
      goOn((anew ? answer : changeAnswer)(session, step, reply, { value })),
    outcome: (fixed) => goOn(changeOutcome(session, step, fixed)),
    keep: () => goOn(session),
  };
}

/** Before the first question: what is known already. */
function startCard() {
  const file = make("input", { id: "file", type: "file", accept: ".json", onchange: open });
  return [
    stepHeading(word("before_start")),
    make("p", {}, word("intro")),
    make("p", {}, word("stays_here")),
    make(
      "div",
      { className: "row" },
      button(word("start"), () => goOn(shown.session), { className: "main" }),
    ),
    folded(
      word("what_known"),
      knownPicker(model, "facts", (id) => factOf("told", id), tellAnswer),
      { id: "known" },
    ),
    model.actions.length
      ? folded(word("what_tried"), triedPicker(model, (id) => factOf("done", id), tellTried), {
          id: "tried-before",
        })
      : null,
    folded(word("open_saved"), [
      make("label", { htmlFor: "file" }, word("saved_file")),
      file,
      make("p", { id: "file-error", className: "error", role: "alert" }),
    ]),
  ];
}

/** The reply to a question as a fact, or that an action was tried already. */
function factOf(kind, step) {
  const found = facts(shown.session).find((x) => x.kind === kind && x.step === step);
  return kind === "told" ? found?.answer : found?.fixed;
}

function facts({ events }) {
  return events.filter(isFact);
}

function tellAnswer({ id: step }, reply, value) {
  const again = isSame(factOf("told", step), reply) && value === undefined;
  tellFact({ kind: "told", step, answer: reply, ...numberSaid(value) }, again);
}

function tellTried({ id: step }) {
  tellFact({ kind: "done", step, fixed: false }, factOf("done", step) === false);
}

/** Said once it counts, said again it is taken back. */
function tellFact(fact, again) {
  const isOther = ({ kind, step }) => kind !== fact.kind || step !== fact.step;
  const told = [...facts(shown.session).filter(isOther), ...(again ? [] : [fact])];
  shown.session = begin(model, told, shown.session.options);
  keepOrWarn(shown.session, false);
  showSides(shown.session, null);
  announce(heard(shown.session));
}

async function open({ target }) {
  try {
    goOn(resumed(model, await textIn(target.files[0])));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    part("file-error").textContent = word(error.why);
  }
}

function toolbar(session, step) {
  const tools = [button(word("back"), () => goOn(...backFrom(session)))];
  if (session.undone.length) tools.push(button(word("again"), () => goOn(redo(session))));
  if (!step.isEnd) tools.push(button(word("give_up"), () => goOn(giveUp(session))));
  tools.push(button(word("print"), () => window.print()));
  tools.push(button(word("start_again"), confirmStartAgain));
  return tools;
}

/** Before the first move come the facts. */
function backFrom(session) {
  if (shown.correcting) return [session];
  return canUndo(session) ? [undo(session)] : [session, { started: false }];
}

function confirmStartAgain() {
  part("tools").replaceChildren(
    make("span", { role: "alert" }, word("really_start_again")),
    button(word("yes_start_again"), startAgain),
    button(word("keep_going"), () => goOn(shown.session)),
  );
  part("tools").querySelector("button").focus();
}

function startAgain() {
  forget(model);
  turnTo({ session: begin(model), started: false, correcting: null });
}

/** Another window of this page has gone on, or has started again. */
function takeOver() {
  Object.assign(shown, lastKept());
  show();
}

/** The questions anew, with what was said to them up to now. */
function pickElse() {
  const picker = knownPicker(model, "more", saidNow, tellElse);
  part("else-questions").replaceChildren(...picker);
}

function saidNow(question) {
  const { answers, pointless } = stateOf(model, shown.session.events);
  return answers.get(question) ?? pointless.get(question);
}

/** Something the reader knows without being asked. */
function tellElse(question, reply, value) {
  part("else").open = false;
  goOn(answer(shown.session, question.id, reply, { value }));
}

function fileNameOf(ending) {
  return `${model.data.tree.id}${ending}`;
}

part("else").addEventListener("toggle", () => {
  if (part("else").open) pickElse();
});
part("copy").addEventListener("click", async () => {
  const done = await copied(part("handoff-text"));
  part("handoff-done").textContent = word(done ? "copied" : "not_copied");
});
part("save-text").addEventListener("click", () => {
  save(fileNameOf(".txt"), part("handoff-text").value, "text/plain");
});
part("save-session").addEventListener("click", () => {
  save(fileNameOf(".json"), written(shown.session), "application/json");
});
window.addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("aside details, .rest")) each.open = true;
});
onKeptElsewhere(model, takeOver);
part("page").hidden = false;
show();
