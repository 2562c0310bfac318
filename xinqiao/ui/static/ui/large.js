// 大字版 without leaving the page, so that nothing typed is lost. Without this script the form reloads the page.

for (const form of document.querySelectorAll("form[data-large-print]")) {
  const button = form.querySelector("button");
  const words = form.querySelector("[data-words-on]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const on = button.value === "1";
    const data = new FormData(form);
    data.set("on", button.value);
    document.body.classList.toggle("large", on);
    button.value = on ? "0" : "1";
    words.textContent = on ? words.dataset.wordsOn : words.dataset.wordsOff;
    try {
      await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
    } catch { /* the page is large already; the next one will ask again */ }
  });
}
