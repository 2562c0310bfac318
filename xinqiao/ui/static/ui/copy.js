// <button type="button" data-copy="#id" hidden>: copies the text of #id. Shown only where the browser can copy.

if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = document.querySelector(button.dataset.copy)?.textContent.trim();
      if (!text) return;
      const label = button.querySelector("span") ?? button;
      const before = label.textContent;
      try {
        await navigator.clipboard.writeText(text);
        label.textContent = "已复制";
      } catch {
        label.textContent = "请长按编号复制";
      }
      button.setAttribute("aria-live", "polite");
      setTimeout(() => { label.textContent = before; }, 2500);
    });
  }
}
