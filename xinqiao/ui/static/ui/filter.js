// <input type="search" data-filter="#list-id" hidden>: narrows a long list (li, .option, tr.row) while one types.
// `data-words` on an item, or on the control in it, adds words to look in, such as the pinyin. A chosen option stays in sight.

for (const box of document.querySelectorAll("[data-filter]")) {
  const list = document.querySelector(box.dataset.filter);
  if (!list) continue;
  box.hidden = false;
  const items = [...list.querySelectorAll("li, .option, tr.row")];
  const none = document.createElement("p");
  none.className = "filter-none";
  none.setAttribute("role", "status");
  list.after(none);

  const extra = (item) => item.dataset.words ?? item.querySelector("[data-words]")?.dataset.words ?? "";
  const matches = (item, wanted) => `${item.textContent} ${extra(item)}`.toLowerCase().includes(wanted);

  const narrow = () => {
    const wanted = box.value.trim().toLowerCase();
    let shown = 0;
    for (const item of items) {
      item.hidden = Boolean(wanted) && !matches(item, wanted) && !item.querySelector(":checked");
      if (!item.hidden) shown += 1;
    }
    if (wanted) list.querySelectorAll("details").forEach((branch) => { branch.open = true; });
    none.textContent = wanted && !shown ? "没有找到，请换个词试试。" : "";
  };
  box.addEventListener("input", (event) => { if (!event.isComposing) narrow(); });
  box.addEventListener("compositionend", narrow);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) event.preventDefault(); });
}
