// How a session ended: how sure, what helps, whom to call.

function endingCard(session, step, { check, tried: said, noted }) {
  const { model } = session;
  const { kind, doubt } = step;
  const took = effortText(session);
  const helping = remedyList(session, step, said);
  const checking = doubt ? doubtNote(session, doubt, check) : null;
  const handing = kind === "fixed" ? null : escalationNote(model.escalate);
  return [
    make("p", { className: "label" }, word("ending")),
    stepHeading(word(`outcome_${kind.replace(" ", "_")}`)),
    make("p", { className: kind === "stopped" ? "urgent" : "lead", dir: "auto" },
      coded(endingText(session, step))),
    took ? make("p", { className: "time" }, took) : null,
    causeList(session, step),
    ...(["fixed", "stopped"].includes(kind) ? [] : toNote(session, always(model), noted)),
    // Who stopped wants to hand over first of all.
    ...(kind === "given up" ? [handing, helping] : [helping, checking, handing]),
  ];
}

/** What is noted in any case. */
function always({ data }) {
  return data.records.filter((each) => each.always).map(({ id }) => id);
}

const FIRST = 3; // causes, and remedies, that are not folded away

function causeList(session, { causes }) {
  if (!causes.length) return null;
  const { model, p } = situationOf(session);
  const shares = causes.map((id) => p[model.ids.indexOf(id)]);
  const items = causes.map((id, i) => causeItem(model, id, shares[i]));
  const rest = items.slice(FIRST);
  const together = percent(Math.min(1, sum(shares.slice(FIRST))));
  const more = word("more_causes", { count: rest.length, percent: together });
  return make(
    "div",
    {},
    heading(word("most_likely"), 3),
    make("ol", {}, ...items.slice(0, FIRST)),
    foldedRest(more, rest.length ? [make("ol", { start: FIRST + 1 }, ...rest)] : []),
  );
}

function causeItem(model, id, share) {
  const { about } = model.causes.get(id);
  const title = make("p", { dir: "auto" }, `${titleOf(model, id)} (${percent(share)})`);
  const more = about.length ? make("div", { className: "about" }, ...explained(about)) : null;
  return make("li", {}, title, more);
}

/** What is folded away on the screen but not on paper; nothing where nothing is left. */
function foldedRest(summary, children) {
  return children.length ? folded(summary, children, { className: "rest" }) : null;
}

/** The actions of an ending, as they stand now. */
function remediesOf(session, { actions }) {
  const analysis = analysisOf(situationOf(session));
  return actions.map((each) => actionStep(analysis, each));
}

/** What helped, or what may help and waits to be tried. */
function remedyList(session, step, said) {
  if (!step.actions.length) return null;
  const steps = remediesOf(session, step);
  if (step.kind === "fixed") return [heading(word("what_helped"), 3), ...steps.map(helped)];
  const notes = steps.map((each) => remedyNote(each, said));
  const rest = notes.slice(FIRST);
  return [
    heading(word("what_may_help"), 3),
    ...notes.slice(0, FIRST),
    foldedRest(word("more_remedies", { count: rest.length }), rest),
  ];
}

function helped({ action }) {
  return make("div", { className: "remedy" }, ...toldUnderName(action));
}

/** What an action is called, and what it tells to do. */
function toldUnderName(action) {
  if (!action.titled) return told(action.do, "do");
  return [make("p", { className: "do", dir: "auto" }, coded(action.title)), ...deedOf(action)];
}

/** An action with its caution before it, and what to say once it was tried. */
function remedyNote(step, said) {
  const { action } = step;
  const asked = action.verify || word("did_it_help");
  return make(
    "div",
    { className: "remedy" },
    action.caution.length ? make("div", { className: "caution" }, cautions(action)) : null,
    action.risk === "none" ? null : make("p", { className: "risk" }, word(action.risk)),
    setupFirst(step),
    ...toldUnderName(action),
    timeTaken(step),
    ...explained(action.how),
    outcomeAsked(action, (fixed) => said(step.id, fixed), `${action.title}: ${asked}`),
  );
}

/** What does not fit, and what to check again, without blame. */
function doubtNote({ model }, doubt, check) {
  const suspects = doubt.pair.length ? doubt.pair : doubt.suspects.slice(0, 3);
  if (!suspects.length) return null;
  const items = suspects.map((each) => {
    const [text] = pieceText(model, each);
    const again = () => check(each);
    const label = uncoded(`${word("check_again")}: ${text}`);
    return make(
      "li",
      {},
      make("span", { dir: "auto" }, coded(text)),
      " ",
      maskedOnPaper("span", (masked) => pieceText(model, each, masked)[1]),
      " ",
      takenForNote(model, each),
      " ",
      button(word("check_again"), again, { className: "small", "aria-label": label }),
    );
  });
  const why = doubt.contradicted ? "doubt_contradicted" : "doubt_none_fits";
  return make(
    "div",
    {},
    heading(word("worth_checking"), 3),
    make("p", {}, word(why)),
    make("ul", {}, ...items),
  );
}

/** What an answer is easily taken for, as its author says. */
function takenForNote(model, { step, result, confusable }) {
  if (!confusable.length) return null;
  const question = model.question.get(step);
  const textOf = (id) => question.answers.find((each) => each.id === id).text;
  const notes = [result].flat().map((held) => {
    const alike = takenFor(question, held).filter((id) => confusable.includes(id));
    const others = listing(alike.map((id) => word("quoted", { text: textOf(id) })));
    return alike.length ? word("taken_for", { answer: textOf(held), others }) : "";
  });
  return make("span", {}, notes.join(""));
}

function escalationNote(escalate) {
  if (escalate === null) return null;
  const bring = escalate.bring.map((each) => make("li", { dir: "auto" }, coded(each)));
  return make(
    "div",
    {},
    heading(word("hand_over_to"), 3),
    escalate.to ? make("p", { dir: "auto" }, coded(escalate.to)) : null,
    bring.length ? make("p", {}, word("have_ready")) : null,
    bring.length ? make("ul", {}, ...bring) : null,
  );
}
