// <section data-proposals="URL" hidden>: beside a form; shows what the machine proposes for the words typed so far, after a pause.
// A button with data-fill puts one value into one field. Without this script, or when nothing answers, the form works as it is.

const PAUSE = 1200; // milliseconds without typing
const SENT = ["title", "content", "requests", "place", "place_detail"];
const box = document.querySelector("[data-proposals]");
const said = document.querySelector("[data-proposals-said]");
const form = box?.closest("form");
let timer = 0;
let last = "";
let asking = null;

const asked = () => {
  const data = new FormData();
  for (const name of SENT) data.set(name, form.elements[name]?.value ?? "");
  return data;
};

const tell = (words = "", go = "") => {
  said.textContent = words;
  if (!go) return;
  const link = Object.assign(document.createElement("a"), { href: `#${box.id}`, textContent: go });
  said.append(" ", link);
};

const ask = async () => {
  const data = asked();
  const now = JSON.stringify([...data]);
  if (now === last) return;
  last = now;
  asking?.abort();
  asking = new AbortController();
  data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  try {
    const answer = await fetch(box.dataset.proposals, { method: "POST", body: data, redirect: "error", signal: asking.signal });
    if (!answer.ok) return;
    const piece = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (box.contains(document.activeElement)) return; // somebody is reading it: it does not change under the hand
    box.hidden = !piece.firstElementChild;
    box.replaceChildren(...piece.childNodes);
    tell(box.querySelector("[data-summary]")?.dataset.summary, box.querySelector("[data-summary]")?.dataset.go);
  } catch { /* the line is down, or newer words were sent */ }
};

const fill = (button) => {
  const field = form.elements[button.dataset.fill];
  if (!field) return;
  const before = field.value.trimEnd();
  field.value = "adds" in button.dataset && before ? `${before}\n${button.dataset.value}` : button.dataset.value;
  last = JSON.stringify([...asked()]);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  button.setAttribute("aria-disabled", "true");
  button.firstChild.textContent = button.dataset.done;
  tell(`${box.querySelector("[data-summary]")?.dataset.filled ?? ""}${button.dataset.value}`);
};

if (form) {
  form.addEventListener("input", (event) => {
    if (!SENT.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fill]");
    if (button && button.getAttribute("aria-disabled") !== "true") fill(button);
  });
  ask(); // what stands there already, as after an error
}
