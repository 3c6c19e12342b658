// When a session was held, and what it took by the tree.

/** "4 questions and 1 action, about 5 min."; empty where nothing was asked or done. */
function effortText({ model, events }) {
  const took = effortOf(model, events);
  const steps = [counted(took.questions, "question"), counted(took.actions, "action")];
  const named = steps.filter((each) => each).join(` ${word("and")} `);
  if (!named) return "";
  if (!took.minutes && !took.wait) return `${named}.`;
  return word("effort", { steps: named, minutes: spent(took) });
}

function counted(count, what) {
  if (count === 1) return word(`one_${what}`);
  return count ? word(`many_${what}`, { count }) : "";
}

/** Questions and actions that were taken and their minutes, as the library counts. */
function effortOf(model, events) {
  const taken = corrected(events).filter(isTaken);
  const opened = new Set();
  let minutes = 0;
  let wait = 0;
  for (const each of taken) {
    const step = (isTrial(each) ? model.action : model.question).get(each.step);
    const setups = setupsOf(model, step).filter(({ id }) => !opened.has(id));
    minutes += step.cost + sum(setups.map(({ cost }) => cost));
    wait += step.wait + sum(setups.map((setup) => setup.wait));
    for (const { id } of setups) opened.add(id);
  }
  const actions = taken.filter(isTrial).length;
  return { questions: taken.length - actions, actions, minutes, wait };
}

/** Whether it took its time: what was known, measured by code or put off did not. */
function isTaken(event) {
  if (isTrial(event)) return !isFact(event);
  return isAnswer(event) && isByPerson(event) && event.answer !== NOT_NOW;
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
