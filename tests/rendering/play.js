// Plays moves with the engine of the page and tells what it says after each of them.

function play({ data, moves }) {
  let session = begin(compile(data));
  const after = [seen(session)];
  for (const [verb, step, said] of moves) {
    session = moved(session, verb, step, said);
    after.push(seen(session));
  }
  const events = session.events.map(({ at, actor, ...event }) => event);
  return { seen: after, events, written: written(session) };
}

/** What becomes of a file that is opened: written again, or why it is refused. */
function reopen({ data, text }) {
  try {
    const session = resumed(compile(data), text);
    return { written: written(session), p: [...situationOf(session).p] };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { refused: error.why };
  }
}

function moved(session, verb, step, said) {
  const asked = nextStep(session);
  const [reply, number] = replied(session, step ?? asked.id, said);
  switch (verb) {
    case "answer":
      return answer(session, asked.id, reply, { ...number, asked });
    case "tell":
      return answer(session, step, reply, number);
    case "change":
      return changeAnswer(session, step, reply, number);
    case "correct":
      return changeOutcome(session, step, said);
    case "tried":
      return tried(session, step, said);
    case "skip":
      return skip(session, step);
    case "give up":
      return giveUp(session, said);
    case "note":
      return note(session, said, step);
    case "undo":
      return undo(session);
    case "redo":
      return redo(session);
  }
}

/** What was said, as an answer and the number if it was one. */
function replied({ model }, step, said) {
  if (typeof said !== "number") return [said, {}];
  return [answerTo(model.question.get(step), said).id, { value: said }];
}

function seen(session) {
  const situation = situationOf(session);
  const step = nextStep(session);
  const kept = step.isEnd
    ? [step.kind, step.causes, step.actions, step.confidence]
    : [step.kind, step.id, step.minutes, step.bits ?? step.chance];
  const assumed = assumedIn(situation).map(({ question, wanted, probability }) => [
    question.id,
    wanted,
    probability,
  ]);
  return { p: [...situation.p], step: kept, surprise: surprising(situation), assumed };
}

/** What does not fit, as the steps to check again. */
function surprising(situation) {
  const found = surpriseOf(analysisOf(situation));
  if (!found) return null;
  const steps = (suspects) =>
    suspects.map(({ step, restored, confusable }) => [step, restored, confusable]);
  return [steps(found.suspects), steps(found.pair)];
}
