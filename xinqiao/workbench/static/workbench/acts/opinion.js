// The picture of the letter follows the saved draft.

const picture = document.querySelector("img[data-page]");

document.addEventListener("draft-saved", (event) => {
  const revision = event.detail?.fields?.revision;
  if (picture && revision) picture.src = `${picture.src.split("?")[0]}?r=${revision}`;
});
