// Lists with check boxes: select all, and a bar for acts on several that shows only when some are selected.
// Without this script the bar is always there and the server says when nothing was selected.

for (const list of document.querySelectorAll("[data-list]")) {
  const holder = list.closest(".tbl") ?? list;
  const all = list.querySelector("thead input[type=checkbox]");
  const boxes = [...list.querySelectorAll("tbody input[type=checkbox]")];
  const bar = holder.querySelector(".bulk");
  const count = bar?.querySelector("[data-selected]");

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    if (bar) bar.hidden = chosen === 0;
    if (count) count.textContent = `已选 ${chosen} 件`;
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  };
  all?.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); show(); });
  boxes.forEach((box) => box.addEventListener("change", show));
  addEventListener("pageshow", show);
  show();
}
