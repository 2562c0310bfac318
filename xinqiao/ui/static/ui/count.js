// Counts characters the way the server does: by code points, line ends as one. Markup comes from {% field %}.

const counted = (text) => [...text.replace(/\r\n/g, "\n")].length;

for (const field of document.querySelectorAll("[data-count]")) {
  const place = document.getElementById(field.dataset.count);
  const most = Number(field.dataset.countMax);
  if (!place) continue;
  const show = () => {
    const written = counted(field.value);
    const over = written - most;
    place.textContent = over > 0 ? `多了 ${over} 个字，最多 ${most} 个字` : `已写 ${written} 个字，最多 ${most} 个字`;
    place.classList.toggle("over", over > 0);
  };
  field.addEventListener("input", show);
  show();
}
