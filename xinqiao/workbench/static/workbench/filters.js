// The selects above the queue send themselves; the button is for browsers without a script.

for (const form of document.querySelectorAll("[data-send-on-change]")) {
  form.querySelectorAll("[data-hide-with-script]").forEach((button) => { button.hidden = true; });
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
  });
}
