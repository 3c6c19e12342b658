// What stands beside the step: what is still possible, and what was said so far.

const BARS = 8; // causes shown one by one

/** Bars with per cent, the likeliest first, and what is ruled out by what. */
function possibleList(session) {
  const situation = situationOf(session);
  const { model } = situation;
  const [left, out] = leftAndOut(situation);
  const rest = left.slice(BARS);
  const together = percent(Math.min(1, sum(rest.map((each) => each.share))));
  const more = word("more_causes", { count: rest.length, percent: together });
  return [
    make("ol", { className: "bars" }, ...left.slice(0, BARS).map((x) => bar(model, x))),
    rest.length
      ? folded(more, [make("ol", { className: "bars" }, ...rest.map((x) => bar(model, x)))])
      : null,
    out.length ? ruledOutList(situation, out) : null,
  ];
}

/** Causes that are possible, the likeliest first, and those that are ruled out. */
function leftAndOut(situation) {
  const { model, p } = situation;
  const all = model.ids.map((id, c) => ({ id, c, share: p[c] }));
  const standing = new Set([...ranked(situation), UNKNOWN]);
  const left = all.filter((each) => standing.has(each.id));
  left.sort((a, b) => likelier(a.share, b.share) || a.c - b.c);
  return [left, all.filter((each) => !standing.has(each.id))];
}

function bar(model, { id, share }) {
  const filled = make("span", { className: "filled" });
  filled.style.width = `${(100 * share).toFixed(1)}%`;
  return make(
    "li",
    {},
    make("span", { className: "name", dir: "auto" }, titleOf(model, id)),
    make("span", { className: "share" }, percent(share)),
    make("span", { className: "bar", "aria-hidden": "true" }, filled),
  );
}

function ruledOutList(situation, out) {
  const { model } = situation;
  const items = ruledOutGroups(situation, out).flatMap(({ by, titles }) => [
    make("dt", {}, maskedOnPaper("span", (masked) => againstText(model, by, masked))),
    ...titles.map((each) => make("dd", { dir: "auto" }, each)),
  ]);
  return folded(word("ruled_out", { count: out.length }), [make("dl", {}, ...items)]);
}

/** What is ruled out, by the evidence that weighs most against it. */
function ruledOutGroups(situation, out) {
  const groups = new Map();
  for (const { id, c } of out) {
    const by = strongestAgainst(situation, c);
    if (!groups.has(by)) groups.set(by, []);
    groups.get(by).push(titleOf(situation.model, id));
  }
  return [...groups].map(([by, titles]) => ({ by, titles }));
}

/** Of a private question only the mask: what it rules out would tell the answer. */
function againstText(model, by, masked) {
  if (by === null) return word("from_start");
  const secret = by.kind === "question" && model.question.get(by.step).private;
  if (masked && secret) return word("private");
  const [text, said] = pieceText(model, by);
  return [...linesOf(text), said].join(" ");
}

/** Every move with what was said, and a way to change it if there is one. */
function pathList(session, change) {
  const { model, events } = session;
  const state = stateOf(model, events);
  const moves = corrected(events).filter((each) => !["begun", "asked"].includes(each.kind));
  return moves.map((each, i) => {
    const anew = moves.slice(i + 1).some((later) => isSameStep(each, later));
    return pathItem(model, each, asideText(state, each, anew), anew ? null : change);
  });
}

function isSameStep(one, other) {
  return isReply(one) && one.step === other.step && isAnswer(one) === isAnswer(other);
}

function pathItem(model, event, aside, change) {
  const from = maskedOnPaper("span", (masked) => originText(model, event, masked));
  const origin = from.textContent ? make("span", { className: "aside" }, from) : null;
  if (!isReply(event)) {
    const remark = maskedOnPaper("span", (masked) => remarkText(model, event, masked));
    return make("li", { dir: "auto" }, remark, " ", origin);
  }
  const kind = isAnswer(event) ? "question" : "action";
  const text = stepText(model, kind, event.step);
  const said = make(
    "div",
    {},
    make("span", { className: "what", dir: "auto" }, coded(text)),
    replyShown(model, event),
    origin,
    aside ? make("span", { className: "aside" }, aside) : null,
  );
  const fixed = change === null || event.kind === "skipped";
  const spoken = uncoded(`${word("change")}: ${text}`);
  const label = { className: "small", "aria-label": spoken };
  const changing = fixed
    ? null
    : button(word("change"), () => change({ kind, step: event.step }), label);
  return make("li", {}, make("div", { className: "move" }, said, changing));
}

/** Where a move is from and how it read there, if that is more than usual. */
function originText(model, event, masked) {
  const { actor, source = "", quote } = event;
  const usual = actor === PROBE ? MEASURED : SAID;
  const secret = masked && isSecret(model, event);
  const words = quote && `“${secret ? word("private") : quote}”`;
  return [source === usual ? "" : source, words].filter((each) => each).join(": ");
}

function isSecret(model, event) {
  if (isAnswer(event)) return model.question.get(event.step).private;
  return Boolean(model.record.get(event.record)?.private);
}

/** A remark, or what was noted under its title; masked if that is private. */
function remarkText(model, { kind, text, record }, masked) {
  const item = model.record.get(record);
  if (item) return `${item.title}: ${masked && item.private ? word("private") : text}`;
  return `${word(kind === "ended" ? "given_up" : "note")} ${text}`.trim();
}

function stepText(model, kind, step) {
  return kind === "question" ? model.question.get(step).ask : model.action.get(step).title;
}

function replyShown(model, event) {
  return maskedOnPaper("strong", (masked) => replyText(model, event, masked));
}

/** What was said; on paper, which others read, a private answer is masked. */
function maskedOnPaper(tag, textOf) {
  const [own, masked] = [textOf(false), textOf(true)];
  if (own === masked) return make(tag, { dir: "auto" }, coded(own));
  return make(
    "span",
    {},
    make(tag, { className: "screen", dir: "auto" }, coded(own)),
    make(tag, { className: "paper", dir: "auto" }, coded(masked)),
  );
}

function replyText(model, event, masked) {
  if (event.kind === "skipped") return word("not_now");
  if (isTrial(event)) return outcomeSaid(event.fixed);
  const { answer: reply, value, step } = event;
  return saidOf(model.question.get(step), reply, { masked, value });
}

/** Why an answer does not count now. */
function asideText(state, event, anew) {
  if (!isReply(event)) return "";
  if (anew) return word("said_anew");
  if (!isAnswer(event)) return isFact(event) ? word("tried_before") : "";
  if (state.stale.has(event.step)) return word("overtaken");
  return state.pointless.has(event.step) ? word("applies_no_more") : "";
}
