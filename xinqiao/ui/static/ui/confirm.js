// data-confirm="问题？" on a form or a submit button: asks in a real <dialog>. Without this script nothing is lost:
// each act that cannot be taken back has a confirm page of its own.

const ask = (words, yes) => {
  const dialog = document.createElement("dialog");
  const question = document.createElement("p");
  const buttons = document.createElement("form");
  question.textContent = words;
  question.id = "confirm-question";
  dialog.setAttribute("aria-labelledby", question.id);
  buttons.method = "dialog";
  buttons.className = "actions";
  for (const [value, label, kind] of [["no", "再想想", "secondary"], ["yes", "确定", "primary"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.textContent = label;
    button.className = `btn ${kind}`;
    buttons.append(button);
  }
  dialog.append(question, buttons);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") yes();
  });
  document.body.append(dialog);
  dialog.showModal();
};

// In the capturing phase, before submit.js takes the form for sent.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const words = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!words || form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const submitter = event.submitter;
  ask(words, () => {
    form.dataset.confirmed = "1";
    form.requestSubmit(submitter);
  });
}, true);
