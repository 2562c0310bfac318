// Keyboard for officers. Single keys act only outside fields, never while an input method composes, and can be turned
// off (<body data-keys="off">, WCAG 2.1.4). Ctrl+Enter sends the form one is in.

const off = document.body.dataset.keys === "off";
const list = document.querySelector("[data-list]");
const sheet = document.getElementById("key-sheet");
const rows = () => (list ? [...list.querySelectorAll("tr.row, li.row")].filter((row) => !row.hidden) : []);
const current = () => list?.querySelector(".row.cur");

const typing = (target) =>
  target.isContentEditable || (target.matches?.("input, textarea, select") && !["checkbox", "radio", "button", "submit"].includes(target.type));

const opens = (row) => row.querySelector("a.t, a[href]");

const move = (step) => {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  all.forEach((row) => row.classList.toggle("cur", row === next));
  opens(next)?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
};

const act = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => sheet && !sheet.open && sheet.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector("input[type=checkbox]")?.click(),
  Enter: () => current() && opens(current())?.click(),
  Escape: () => {
    document.querySelectorAll("details.who-menu[open]").forEach((menu) => { menu.open = false; });
    list?.querySelectorAll("tbody input[type=checkbox]:checked").forEach((box) => box.click());
    current()?.classList.remove("cur");
  },
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (off || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target.matches("a, button, summary, input")) return; // its own meaning
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const named = /^[a-z]$/.test(key) && document.querySelector(`[data-key="${key}"]`);
  const listKey = ["j", "k", "x"].includes(key); // without a list they may name links, such as 下一件
  const does = act[key] && (list || !listKey || !named) ? act[key] : named && (() => named.click());
  if (!does) return;
  if (key !== "Escape") event.preventDefault();
  does();
});

// The menu of posts closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.who-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});
