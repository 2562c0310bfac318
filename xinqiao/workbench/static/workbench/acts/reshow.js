// A choice that decides which fields follow: sends the form with do=show at once, as the button beside it does without script.

for (const choice of document.querySelectorAll("input[data-reshow]")) {
  choice.addEventListener("change", () => {
    const button = document.createElement("button");
    button.name = "do";
    button.value = "show";
    button.hidden = true;
    choice.form.append(button);
    choice.form.requestSubmit(button);
  });
}
