// Lists with check boxes: select all on the page, how many are selected, and a bar for acts on several that shows only when some are.
// Without this script the bar is always there and the server says when nothing was selected.

for (const list of document.querySelectorAll("[data-list]")) {
  const holder = list.closest(".tbl") ?? list;
  const scope = list.closest("form") ?? holder;
  const boxes = [...list.querySelectorAll("tbody input[type=checkbox]")];
  if (!boxes.length) continue;
  const all = [...scope.querySelectorAll("thead input[type=checkbox], [data-select-all]")];
  all.forEach((box) => { const label = box.closest("label"); if (label) label.hidden = false; }); // needs this script
  const bar = holder.querySelector(".bulk");
  const counts = [...scope.querySelectorAll("[data-selected]")];
  // A bar that appears is not read out; this line is there from the beginning.
  const spoken = document.createElement("p");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  if (bar) holder.before(spoken);

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const words = `已选 ${chosen} 件`;
    if (bar) bar.hidden = chosen === 0;
    counts.forEach((count) => { count.textContent = words; });
    if (bar && (chosen || spoken.textContent)) spoken.textContent = words;
    all.forEach((box) => {
      box.checked = chosen === boxes.length;
      box.indeterminate = chosen > 0 && chosen < boxes.length;
    });
  };
  all.forEach((one) => one.addEventListener("change", () => { boxes.forEach((box) => { box.checked = one.checked; }); show(); }));
  boxes.forEach((box) => box.addEventListener("change", show));
  addEventListener("pageshow", show);
  show();
}
