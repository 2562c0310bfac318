// Forms with data-passkey="create" or "get": before the form is sent, the browser makes or uses a passkey with the options of
// data-options, and the answer goes into the field `credential`. The calls are those of webauthn-json (allauth's static file).

const troubles = {
  NotAllowedError: "没有完成，可能是取消了，或者这台设备上没有可用的通行密钥。可以再试一次，或换一种方式。",
  InvalidStateError: "这台设备上已经有您的通行密钥，不用再建。",
};

const say = (form, words) => {
  const place = form.querySelector("[data-passkey-error]");
  place.textContent = words;
  place.hidden = !words;
};

const answer = async (form) => {
  const response = await fetch(form.dataset.options, { headers: { Accept: "application/json" }, redirect: "error" });
  if (!response.ok) throw new Error("options");
  return window.webauthnJSON[form.dataset.passkey](await response.json());
};

const onSubmit = async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = event.currentTarget;
  say(form, "");
  try {
    form.elements.credential.value = JSON.stringify(await answer(form));
    form.submit();
  } catch (error) {
    say(form, troubles[error.name] ?? "没有成功。请检查网络后再试一次，或换一种方式。");
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    say(form, "这个浏览器不支持通行密钥，请换一种方式。");
    continue;
  }
  form.hidden = false;
  form.addEventListener("submit", onSubmit);
}
