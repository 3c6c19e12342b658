// What is kept over a reload, copied, and saved to a file.

/** Where this very page keeps its session; a browser may refuse to keep anything. */
function keyOf({ data: { tree, options, facts } }) {
  return `${begunWith(tree)}${tree.fingerprint}:${JSON.stringify([options, facts])}`;
}

/** How the keys of all pages of a tree begin. */
function begunWith({ id }) {
  return `troubleshoot:${id}:`;
}

function keep(session, started) {
  try {
    const kept = JSON.stringify({ started, text: written(session) });
    localStorage.setItem(keyOf(session.model), kept);
  } catch {
    // Then the session lasts as long as the page.
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

function forget(model) {
  try {
    localStorage.removeItem(keyOf(model));
  } catch {
    // Nothing was kept.
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
