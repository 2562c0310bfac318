// Every page: a form is sent once; nothing typed is lost when the network is away. Works on any <form method="post">.

const banner = () => {
  let bar = document.querySelector(".offline-banner");
  if (!bar) {
    bar = document.createElement("p");
    bar.className = "offline-banner";
    bar.setAttribute("role", "alert");
    document.body.prepend(bar);
  }
  return bar;
};

const showOffline = () => {
  banner().textContent = "网络断了。您写的内容还在这一页，请不要关掉，连上网后再提交。";
};

// "Offline" may be wrong: a laptop without any network still reaches a server on itself or in the office.
const reachable = () => fetch(new URL("logo.svg", import.meta.url), { method: "HEAD", cache: "no-store" }).then(() => true, () => false);
const checkLine = async () => { if (!navigator.onLine && !(await reachable())) showOffline(); };

addEventListener("offline", checkLine);
addEventListener("online", () => document.querySelector(".offline-banner")?.remove());
checkLine();

const release = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (!navigator.onLine && !form.dataset.reached) {
    event.preventDefault();
    const submitter = event.submitter;
    reachable().then((yes) => {
      if (!yes) return showOffline();
      form.dataset.reached = "1";
      form.requestSubmit(submitter);
    });
    return;
  }
  delete form.dataset.reached;
  // The answer is a file or opens elsewhere: the page stays and may ask again.
  if (form.hasAttribute("data-download") || event.submitter?.formTarget === "_blank") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-disabled", "true"); // not `disabled`: its name and value must be sent
  setTimeout(() => release(form), 20000); // a failed send must not lock the form for good
});

// The back button shows the page as it was left: make it usable again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

// `data-keep`: what was typed survives a failed send and "back", for this tab only; never passwords, codes or files.
const place = `typed:${location.pathname}`;
const worthKeeping = (field) =>
  field.name && (field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && ["text", "tel", "email", "search"].includes(field.type))) &&
  !["one-time-code", "off"].includes(field.autocomplete);

const store = (action) => {
  try { return action(sessionStorage); } catch { return null; } // private windows may refuse
};

for (const form of document.querySelectorAll("form[data-keep]")) {
  const fields = [...form.elements].filter(worthKeeping);
  const kept = store((session) => JSON.parse(session.getItem(place) || "null"));
  if (kept && fields.every((field) => !field.value)) {
    fields.forEach((field) => { field.value = kept[field.name] ?? ""; });
    fields.forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
  }
  form.addEventListener("submit", () => {
    const typed = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    store((session) => session.setItem(place, JSON.stringify(typed)));
  });
}
// Arrived elsewhere: what was kept has been sent.
store((session) => Object.keys(session).filter((key) => key.startsWith("typed:") && key !== place).forEach((key) => session.removeItem(key)));

// After a refused form the reader begins at what is wrong.
document.querySelector("[data-error-summary]")?.focus();
