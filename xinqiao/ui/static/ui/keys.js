// Keyboard for officers. A single key acts only outside fields, without Ctrl, Alt or Meta, and never while an input method
// composes. Whoever is disturbed by it (speech input, a hand that trembles) turns it off in the sheet; this browser remembers
// (WCAG 2.1.4). Ctrl+Enter sends the form one is in, always.

const KEPT = "xinqiao.keys";
const NOT_TYPED = ["checkbox", "radio", "button", "submit", "reset", "file", "range", "color", "image"];
const list = document.querySelector("[data-list]");
const sheet = document.getElementById("key-sheet");
const toggle = sheet?.querySelector("[data-keys-switch]");

const remembered = () => {
  try { return localStorage.getItem(KEPT); } catch { return null; } // a browser that keeps nothing: as the page says
};
const isOff = () => document.body.dataset.keys === "off";
const say = () => {
  if (toggle) toggle.checked = !isOff();
};
const turn = (on) => {
  if (on) delete document.body.dataset.keys; else document.body.dataset.keys = "off";
  say();
};
if (remembered()) turn(remembered() === "on");
say();
toggle?.addEventListener("change", () => {
  turn(toggle.checked);
  try { localStorage.setItem(KEPT, toggle.checked ? "on" : "off"); } catch { /* then it holds for this page */ }
});
addEventListener("storage", (event) => event.key === KEPT && turn(event.newValue !== "off")); // another window

const open = () => sheet && !sheet.open && sheet.showModal();
document.querySelectorAll("[data-keys-open]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.querySelectorAll("details.who-menu[open]").forEach((menu) => { menu.open = false; });
    open();
  });
});

const rows = () => (list ? [...list.querySelectorAll("tr.row, li.row")].filter((row) => !row.hidden) : []);
const current = () => list?.querySelector(".row.cur");
const opens = (row) => row.querySelector("a.t, a[href]");
const boxOf = (row) => row?.querySelector("input[type=checkbox]");
const boxes = () => [...(list?.querySelectorAll("tbody input[type=checkbox]") ?? [])];
const mark = (row) => rows().forEach((one) => one.classList.toggle("cur", one === row));

const typing = (target) =>
  target.isContentEditable || target.matches?.("textarea, select, [role=textbox], [role=combobox], [role=searchbox]") ||
  (target.matches?.("input") && !NOT_TYPED.includes(target.type));

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
  mark(next);
  opens(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
};

// A link or button that names this key. One above a list acts on what is selected: with nothing selected, on the row one is in.
const press = (named) => {
  if (named.closest(".bulk") && !boxes().some((box) => box.checked)) {
    const box = boxOf(current());
    if (!box) return;
    box.click();
  }
  named.click();
};

const act = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": open,
  "？": open,
  j: () => move(1),
  k: () => move(-1),
  x: () => boxOf(current() ?? rows()[0])?.click(),
  Enter: () => current() && opens(current())?.click(),
  Escape: () => {
    document.querySelectorAll("details.who-menu[open]").forEach((menu) => { menu.open = false; });
    if (document.querySelector(".bulk")) boxes().filter((box) => box.checked).forEach((box) => box.click());
    mark(null);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (isOff() || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  const inList = list?.contains(event.target) && event.target.type === "checkbox"; // Enter opens the row, it does not send the bar
  if (event.key === "Enter" && !inList && event.target.matches("a, button, summary, input")) return; // its own meaning
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const named = /^[a-z]$/.test(key) && document.querySelector(`[data-key~="${key}"]`);
  const listKey = ["j", "k", "x"].includes(key); // without a list they may name links, such as 下一件
  const does = act[key] && (list || !listKey || !named) ? act[key] : named && (() => press(named));
  if (!does) return;
  if (key !== "Escape") event.preventDefault();
  does();
});

// Whoever walks by Tab is in the row that has the focus.
list?.addEventListener("focusin", (event) => {
  const row = event.target.closest(".row");
  if (row) mark(row);
});

// The menu of posts closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.who-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

// The list one is in is never out of sight: on a phone the side bar lies sideways, on a low screen it is longer than the page.
const bar = document.querySelector(".side-nav");
const here = bar?.querySelector("[aria-current]");
if (here) {
  bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
  if (here.offsetTop + here.offsetHeight > bar.clientHeight) bar.scrollTop = here.offsetTop - bar.clientHeight / 2;
}
