// What is kept over a reload, copied, and saved to a file.

/** Where this very page keeps its session; a browser may refuse to keep anything. */
function keyOf({ data: { tree, options, facts } }) {
  return `${begunWith(tree)}${tree.fingerprint}:${JSON.stringify([options, facts])}`;
}

/** How the keys of all pages of a tree begin. */
function begunWith({ id }) {
  return `troubleshoot:${id}:`;
}

/** Whether the browser keeps the session; if not, it lasts as long as the page. */
function keep(session, started) {
  try {
    const kept = JSON.stringify({ started, text: written(session) });
    localStorage.setItem(keyOf(session.model), kept);
    return true;
  } catch {
    return false;
  }
}

function kept(model) {
  try {
    const { started, text } = JSON.parse(localStorage.getItem(keyOf(model)));
    return { session: resumed(model, text), started: started === true };
  } catch {
    return { session: null, started: false };
  }
}

/** Nothing of any page of this tree stays on the device. */
function forget({ data: { tree } }) {
  try {
    const keys = Object.keys(localStorage).filter((each) => each.startsWith(begunWith(tree)));
    for (const each of keys) localStorage.removeItem(each);
  } catch {
    // Nothing was kept.
  }
}

/** Calls when another window of the same page keeps something, or forgets it. */
function onKeptElsewhere(model, call) {
  window.addEventListener("storage", ({ key, storageArea }) => {
    const ours = key === null || key === keyOf(model);
    if (ours && storageArea === localStorage) call();
  });
}

/** The text of a file, as the library reads it; throws `Refused` where it is none. */
async function textIn(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Refused();
  }
}

/** Whether the text of a field came to the clipboard. */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}

function save(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
