// When a session was held, and what it took by the tree.

/** "4 questions and 1 action, about 5 min."; empty where nothing was asked or done. */
function effortText({ model, events }) {
  const taken = corrected(events);
  const asked = taken.filter((each) => ["answered", "changed"].includes(each.kind));
  const tried = taken.filter((each) => each.kind === "tried");
  const steps = [counted(asked, "question"), counted(tried, "action")].filter((x) => x);
  if (!steps.length) return "";
  const named = steps.join(` ${word("and")} `);
  const total = minutesTaken(model, taken);
  return total ? word("effort", { steps: named, minutes: duration(total) }) : `${named}.`;
}

function counted({ length: count }, what) {
  if (count === 1) return word(`one_${what}`);
  return count ? word(`many_${what}s`, { count }) : "";
}

/** Minutes of the steps that were taken, each setup counted once. */
function minutesTaken(model, events) {
  const opened = new Set();
  let total = 0;
  for (const each of events.filter(isTaken)) {
    const step = (isTrial(each) ? model.action : model.question).get(each.step);
    const setups = setupsOf(model, step).filter(({ id }) => !opened.has(id));
    total += step.cost + sum(setups.map(({ cost }) => cost));
    for (const { id } of setups) opened.add(id);
  }
  return total;
}

function isTaken(event) {
  if (event.kind === "told" || event.answer === NOT_NOW) return false;
  return isAnswer(event) || isTrial(event);
}

/** Minutes as one says them: "1 min 20 s", "18 min", "1 h 30 min". */
function duration(cost) {
  return cost < 59.5 ? inUnits(cost * 60, "min", "s") : inUnits(cost, "h", "min");
}

/** An amount of the small unit, of which 60 are a large one. */
function inUnits(amount, large, small) {
  const all = Math.max(1, Math.round(amount));
  const [whole, rest] = [Math.floor(all / 60), all % 60];
  if (rest && whole >= 10) return `${Math.round(amount / 60)} ${large}`;
  const parts = [whole && `${whole} ${large}`, rest && `${rest} ${small}`];
  return parts.filter((each) => each).join(" ");
}

/** When a session began, and when something was said or done last. */
function timesText({ events }) {
  const [begun, last] = [events[0], events.at(-1)].map(({ at }) => moment(at));
  return `${word("begun", { time: begun })} · ${word("until", { time: last })}`;
}

/** A time of the log to the minute, in UTC. */
function moment(at) {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return at;
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
