// A question and an action as they are put, and the same to be corrected.

/** Fields for what is to be noted and is not yet. */
function toNote(session, ids, noted) {
  const { recorded } = stateOf(session.model, session.events);
  return ids.filter((id) => !recorded.has(id)).map((id) => noteField(session.model.record.get(id), noted));
}

function noteField({ id, title }, noted) {
  const field = `record-${id}`;
  const input = make("input", { id: field, type: "text", autocomplete: "off", dir: "auto" });
  const submit = (event) => {
    event.preventDefault();
    if (input.value.trim()) noted(input.value.trim(), id);
  };
  return make(
    "form",
    { className: "number", onsubmit: submit },
    make("label", { htmlFor: field }, `${word("to_note")} ${title}`),
    make("div", { className: "row" }, input, make("button", { type: "submit" }, word("keep_note"))),
  );
}

/** The card of a question that is recommended. */
function questionCard(session, step, { reply, noted, correct }) {
  const { question } = step;
  return [
    ...headed(question.ask, [
      step.urgent ? make("p", { className: "urgent" }, word("urgent")) : null,
      step.before === null ? null : make("p", {}, lookAgain(step)),
      setupFirst(step),
      needed(question),
    ]),
    timeTaken(step),
    hints(question),
    answerChoices(question, reply),
    make(
      "div",
      { className: "row" },
      button(word("dont_know"), () => reply(DONT_KNOW)),
      button(word("not_now"), () => reply(NOT_NOW)),
    ),
    ...toNote(session, question.record, noted),
    takenAsKnownShown(step, correct),
    whyFolded(question.why, questionReason(step)),
  ];
}

/** What nobody said and must be so for the step, each with a way to say otherwise. */
function takenAsKnownShown({ assumed }, correct) {
  return assumed.map((each) => {
    const { id, ask } = each.question;
    const label = { className: "small", "aria-label": uncoded(`${word("change")}: ${ask}`) };
    const change = () => correct({ kind: "question", step: id });
    return make(
      "p",
      { className: "taken", dir: "auto" },
      maskedOnPaper("span", (masked) => takenText(each, masked)),
      " ",
      button(word("change"), change, label),
    );
  });
}

/** That an answer is taken as known, and what made it so sure. */
function takenText({ question, wanted, probability, piece }, masked) {
  const quoted = wanted.map((each) => wantedText(question, each));
  const answer = masked && question.private ? word("private") : listing(quoted);
  const because = takenBecause(piece, percent(probability), masked);
  return word("taken_as", { question: question.ask, answer, because });
}

/** An answer that will do, or what must not be among several. */
function wantedText({ answers }, wanted) {
  const text = (id) => answers.find((each) => each.id === id)?.text;
  if (text(wanted) !== undefined) return word("condition_answer", { answer: text(wanted) });
  if (wanted === NONE) return word("condition_none");
  const without = wanted.slice(NOT.length);
  if (without === NONE) return word("condition_not_none");
  return word("condition_not", { answer: text(without) });
}

function takenBecause(piece, likely, masked) {
  if (piece === null) return word("taken_from_the_start", { percent: likely });
  const [text, said] = pieceText(model, piece);
  const secret = piece.kind === "question" && model.question.get(piece.step).private;
  const told = masked && secret ? word("private") : `${word("quoted", { text })} (${said})`;
  return word("taken_since", { told, percent: likely });
}

/** Why a question comes again that was answered before an action. */
function lookAgain({ question, before, overtakenBy }) {
  const answer = saidOf(question, before, { masked: true });
  return coded(word("look_again", { action: overtakenBy.title, answer }));
}

function questionReason(step) {
  if (step.urgent) return word(step.reason);
  const bits = step.bits >= 0.005 ? step.bits.toFixed(2) : word("less_than_0_01");
  return `${word("tells", { bits, minutes: spent(step.time) })} ${word(step.reason)}`;
}

/** The card of an action that is recommended; cautions stand before it. */
function actionCard(session, step, { tried: said, skipped, noted, correct }) {
  const { action } = step;
  return [
    ...headed(nameOf(action), [
      action.caution.length ? make("div", { className: "caution" }, cautions(action)) : null,
      action.risk === "none" ? null : make("p", { className: "risk" }, word(action.risk)),
      setupFirst(step),
      needed(action),
    ]),
    ...deedOf(action),
    timeTaken(step),
    hints(action),
    ...toNote(session, action.record, noted),
    outcomeAsked(action, said, action.verify || word("did_it_help")),
    make("div", { className: "row" }, button(word("not_now"), skipped)),
    takenAsKnownShown(step, correct),
    whyFolded(action.why, actionReason(step)),
  ];
}

/** What an action is called, where its author says so, else what it tells to do. */
function nameOf({ title, titled, do: text }) {
  return titled ? title : text;
}

/** What it tells to do, where that does not stand in its name. */
function deedOf({ titled, do: text }) {
  return titled ? told(text, "deed") : [];
}

/** How to tell whether an action worked, and the two ways to say so. */
function outcomeAsked({ verify }, said, label) {
  return make(
    "div",
    { role: "group", "aria-label": uncoded(label) },
    ...told(verify || word("did_it_help"), "verify"),
    make(
      "div",
      { className: "answers" },
      button(word("yes_fixed"), () => said(true)),
      button(word("no_not_fixed"), () => said(false)),
    ),
  );
}

function cautions(action) {
  return [make("strong", {}, word("careful")), ...explained(action.caution)];
}

function actionReason({ reason, chance }) {
  return `${word(reason)} ${word("helps_with", { percent: percent(chance) })}`;
}

/** Where the keyboard and the screen reader go when a new step is put. */
function stepHeading(text) {
  return make("h2", { id: "heading", tabIndex: -1, dir: "auto" }, coded(text));
}

/** What stands before a heading is read out with it, for the reader is led there. */
function headed(text, before) {
  const shown = before.flat().filter((each) => each !== null);
  if (!shown.length) return [stepHeading(text)];
  const title = stepHeading(text);
  title.setAttribute("aria-describedby", "before");
  return [make("div", { id: "before" }, ...shown), title];
}

function setupFirst({ setup }) {
  if (!setup.length) return null;
  const steps = setup.map((each) => make("p", { className: "setup", dir: "auto" }, coded(each)));
  return [make("p", { className: "label" }, word("first")), ...steps];
}

/** Who and what a step takes. */
function needed({ takes }) {
  if (!takes.length) return null;
  return make("p", { className: "needs", dir: "auto" }, word("you_need", { things: takes.join(", ") }));
}

function timeTaken({ time }) {
  return make("p", { className: "time" }, word("takes", { minutes: spent(time) }));
}

function hints({ how }) {
  if (!how.length) return null;
  return make("div", { className: "how" }, heading(word("how"), 3), ...explained(how));
}

function whyFolded(why, reason) {
  return folded(word("why_this"), [...explained(why), make("p", {}, reason)]);
}

const TWO_WAYS = new RegExp(`^(?:${SHARED.ambiguous})`); // with thousands or decimals

/** Buttons for the answers, and a field where a number is one. */
function answerChoices(question, reply, current = null) {
  if (question.several) return [boxes(question, reply, current)];
  const pressed = (id) => (current === null ? {} : { "aria-pressed": String(id === current) });
  const buttons = question.answers.map((each) =>
    button(answerText(question, each.id), () => reply(each.id), {
      "data-answer": `${question.id} ${each.id}`,
      ...pressed(each.id),
    }),
  );
  const asked = uncoded(question.ask);
  const group = { className: "answers", role: "group", "aria-label": asked };
  return [
    question.unit ? numberField(question, reply) : null,
    make("div", group, ...buttons),
  ];
}

/** A box for each of several answers, and one button that says which of them hold. */
function boxes(question, reply, current) {
  const held = Array.isArray(current) ? current : [];
  const ticks = question.answers.map(({ id }) =>
    make("input", { type: "checkbox", checked: held.includes(id), onchange: renamed }),
  );
  const done = make("button", { type: "submit", "data-answer": `${question.id} several` });
  const ticked = () => question.answers.filter((_, i) => ticks[i].checked);
  function renamed() {
    done.textContent = word(ticked().length ? "several_done" : "several_none");
  }
  const submit = (event) => {
    event.preventDefault();
    reply(ticked().map(({ id }) => id));
  };
  const rows = question.answers.map(({ text }, i) =>
    make("label", { dir: "auto" }, ticks[i], make("span", {}, coded(text))),
  );
  const group = { role: "group", "aria-label": uncoded(question.ask) };
  renamed();
  return make(
    "form",
    { className: "several", onsubmit: submit },
    make("div", group, make("p", {}, word("several_hint")), ...rows),
    make("div", { className: "row" }, done),
  );
}

function numberField(question, reply) {
  const id = `number-${question.id}`;
  const input = make("input", { id, type: "text", inputMode: "decimal", autocomplete: "off" });
  const error = make("p", { className: "error", role: "alert" });
  const submit = (event) => {
    event.preventDefault();
    const found = understood(question, input.value);
    if (found) return reply(found.answer, found.value);
    const known = listing(question.answers.map((each) => each.text));
    const said = TWO_WAYS.test(input.value.trim())
      ? word("two_ways")
      : word("not_an_answer", { unit: question.unit, answers: known });
    error.replaceChildren(...coded(said));
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  return make(
    "form",
    { className: "number", onsubmit: submit },
    make("label", { htmlFor: id }, word("number_in", { unit: question.unit })),
    make("div", { className: "row" }, input, make("button", { type: "submit" }, word("ok"))),
    error,
  );
}

/** The card on which an earlier reply is corrected. */
function correctionCard(session, { kind, step }, { answered: said, outcome, keep }) {
  const { model } = session;
  const current = currentReply(session, kind, step);
  const keeping = make("div", { className: "row" }, button(word("keep"), keep));
  if (kind === "action") {
    return [
      make("p", { className: "label" }, word("change_this")),
      stepHeading(nameOf(model.action.get(step))),
      make(
        "div",
        { className: "answers", role: "group", "aria-label": word("did_it_help") },
        ...[true, false].map((fixed) =>
          button(word(fixed ? "yes_fixed" : "no_not_fixed"), () => outcome(fixed), {
            "aria-pressed": String(fixed === current),
          }),
        ),
      ),
      keeping,
    ];
  }
  const question = model.question.get(step);
  return [
    make("p", { className: "label" }, word("change_this")),
    stepHeading(question.ask),
    hints(question),
    answerChoices(question, said, current),
    make(
      "div",
      { className: "row" },
      button(word("dont_know"), () => said(DONT_KNOW), {
        "aria-pressed": String(current === DONT_KNOW),
      }),
    ),
    keeping,
  ];
}

/** What was said last to a step, corrections counted. */
function currentReply({ events }, kind, step) {
  const of = kind === "action" ? isTrial : isAnswer;
  const last = corrected(events).findLast((each) => of(each) && each.step === step);
  return kind === "action" ? last.fixed : last?.answer;
}

/** Questions to search, for what is known without being asked. */
function knownPicker(model, id, currentOf, reply) {
  const hint = word("search_questions");
  return picker(id, hint, model.questions, questionText, (question, again) => {
    const said = (answerId, value) => {
      reply(question, answerId, value);
      again(`${question.id} ${question.several ? "several" : answerId}`);
    };
    return answerChoices(question, said, currentOf(question.id) ?? "");
  });
}

/** Actions to search, for what was tried before, and did not help. */
function triedPicker(model, currentOf, reply) {
  const hint = word("search_actions");
  return picker("tried", hint, model.actions, actionText, (action, again) => {
    const pressed = { "aria-pressed": String(currentOf(action.id) === false) };
    const said = () => {
      reply(action);
      again(`${action.id} failed`);
    };
    const properties = { ...pressed, "data-answer": `${action.id} failed` };
    return make(
      "div",
      { className: "answers" },
      button(word("did_not_help_before"), said, properties),
    );
  });
}

/** Steps to search, all words in any order; `choices` draws what can be said to one. */
function picker(id, hint, steps, textOf, choices) {
  const list = make("div", { className: "picker" });
  const field = make("input", { id, type: "search", autocomplete: "off", oninput: show });
  const more = make("p", { role: "status" });
  function show() {
    const wanted = field.value.toLowerCase().split(/\s+/);
    const found = steps.filter((each) => hasAll(textOf(each).toLowerCase(), wanted));
    list.replaceChildren(...found.slice(0, PICKED).map(entry));
    const left = found.length - PICKED;
    more.textContent = left > 0 ? word("more_found", { count: left }) : "";
    if (!found.length) more.textContent = word("nothing_found");
  }
  function again(answered) {
    show();
    list.querySelector(`[data-answer="${answered}"]`)?.focus();
  }
  function entry(step) {
    const legend = make("legend", { dir: "auto" }, coded(step.ask ?? nameOf(step)));
    return make("fieldset", {}, legend, choices(step, again));
  }
  show();
  return [make("label", { htmlFor: id }, hint), field, list, more];
}

const PICKED = 8; // questions shown at once

function hasAll(text, wanted) {
  return wanted.every((each) => text.includes(each));
}

function questionText({ ask, answers }) {
  return [ask, ...answers.map((each) => each.text)].join(" ");
}

function actionText({ title, do: text }) {
  return `${title} ${text}`;
}
