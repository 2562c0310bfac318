// <form data-autosave="URL"> with <span data-saved role="status">: keeps the draft on the server while a person writes.
// POSTs the form without its files. Expects 2xx, optionally {"saved_at": "16:42", "fields": {"revision": 3}}: values for
// fields of the form; or 4xx with {"error": "…"}. Tells the page by an event `draft-saved` with the answer as its detail.

const PAUSE = 1500; // milliseconds without typing before a draft is sent
const ENOUGH = 8000; // milliseconds that a pressed button waits for a draft on its way

const clock = () => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

for (const form of document.querySelectorAll("form[data-autosave]")) {
  const stamp = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  let timer = 0;
  let dirty = false;
  let sending = false;
  let waiting = null; // what a button pressed meanwhile does afterwards
  let going = false;

  const say = (words, failed) => {
    if (!stamp) return;
    stamp.textContent = words;
    stamp.classList.toggle("failed", failed);
    stamp.hidden = false;
  };

  const payload = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  };

  const save = async (leaving = false) => {
    clearTimeout(timer);
    if (!dirty || sending || form.dataset.sent) return;
    dirty = false;
    sending = true;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: payload(), keepalive: leaving, redirect: "error", headers: { Accept: "application/json" },
      });
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(said.error ?? "");
      for (const [name, value] of Object.entries(said.fields ?? {})) if (form.elements[name]) form.elements[name].value = value;
      say(`草稿已保存 ${said.saved_at ?? clock()}`, false);
      form.dispatchEvent(new CustomEvent("draft-saved", { bubbles: true, detail: said }));
    } catch (failure) {
      dirty = true;
      const refused = failure instanceof Error && !(failure instanceof TypeError) && failure.message;
      say(refused || "草稿没有保存上。您写的内容还在这一页，请不要关掉。", true);
    } finally {
      sending = false;
      if (dirty) timer = setTimeout(save, 10 * PAUSE);
      waiting?.();
    }
  };

  // Sent together with its own draft, the form would meet it at the server as a colleague's. It goes after the answer, with its fields.
  form.addEventListener("submit", (event) => {
    if (!sending || going) return;
    event.preventDefault();
    say("正在保存草稿，马上继续。", false);
    const submitter = event.submitter;
    waiting = () => {
      waiting = null;
      going = true;
      form.requestSubmit(submitter);
      going = false;
    };
    setTimeout(() => waiting?.(), ENOUGH);
  });

  const changed = (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(true); });
}
