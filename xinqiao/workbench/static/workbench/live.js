// Looks again while something is being made and puts the new words and figures in the place of the old: the focus stays where it is.
// Without this script the page loads itself anew, or the link 刷新 does.

const SECONDS = 2;
const PARTS = "[data-live-part], progress";
const now = document.querySelector("[data-live]");

const show = (fresh) => {
  const news = [...fresh.querySelectorAll(PARTS)];
  [...now.querySelectorAll(PARTS)].forEach((old, place) => {
    const one = news[place];
    if (!one) return;
    if (old.tagName === "PROGRESS") {
      old.value = one.value;
      old.setAttribute("aria-label", one.getAttribute("aria-label"));
    }
    if (old.textContent !== one.textContent) old.textContent = one.textContent;
  });
};

const look = async () => {
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.querySelector("[data-live]");
    if (page && !fresh) return location.reload(); // it is done: that page has forms of its own
    if (fresh) show(fresh);
  } catch { /* the line is down: again in a moment */ }
  setTimeout(look, SECONDS * 1000);
};
if (now) setTimeout(look, SECONDS * 1000);
