// <input type="file" multiple data-upload="URL" data-name="attachments" data-max-mb="20">: sends each file as soon as it is
// chosen and shows how far it is. The answer {"id": …} becomes <input type="hidden" name="attachments">; a 4xx answer
// {"error": "…"} is shown. Without this script the files go with the form.

const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
};

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

const row = (file) => {
  const item = element("li", "file");
  const kind = element("span", "file-kind", (file.name.split(".").pop() || "").slice(0, 4).toUpperCase());
  const middle = element("span");
  const status = element("small");
  status.setAttribute("role", "status");
  const bar = element("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", `${file.name} 上传进度`);
  middle.append(file.name, status, bar);
  const act = element("button", "btn quiet go");
  act.type = "button";
  item.append(kind, middle, act);
  return { item, status, bar, act };
};

const send = (input, file, view, form) => {
  const request = new XMLHttpRequest();
  const fail = (why, again = true) => {
    view.item.className = "file failed";
    view.bar.hidden = true;
    view.status.textContent = `没传上去：${why}`;
    view.act.hidden = !again; // the same file would be refused again
    view.act.textContent = "重试";
    view.act.setAttribute("aria-label", `重试 ${file.name}`);
    view.act.onclick = () => send(input, file, view, form);
  };
  const most = Number(input.dataset.maxMb || 0);
  if (most && file.size > most * 1024 * 1024) {
    fail(`文件太大（${size(file.size)}），每个最多 ${most} MB`, false);
    return;
  }
  view.item.className = "file";
  view.bar.hidden = false;
  view.act.textContent = "取消";
  view.act.setAttribute("aria-label", `取消上传 ${file.name}`);
  view.act.onclick = () => { request.abort(); view.item.remove(); };
  request.upload.onprogress = (event) => {
    if (!event.lengthComputable) return;
    const share = Math.round((event.loaded / event.total) * 100);
    view.bar.value = share;
    view.status.textContent = share < 100 ? `正在上传 ${share}%` : "传完了，正在检查";
  };
  request.onerror = () => fail("网络断了");
  request.ontimeout = () => fail("等得太久了");
  request.onload = () => {
    let said = {};
    try { said = JSON.parse(request.responseText); } catch { /* not ours: the words below are enough */ }
    if (request.status < 200 || request.status > 299 || said.id === undefined) {
      fail(said.error || (request.status === 413 ? "文件太大" : "服务器没有收下"), !(said.error && request.status === 422));
      return;
    }
    const keep = element("input");
    keep.type = "hidden";
    keep.name = input.dataset.name || "attachments";
    keep.value = said.id;
    view.item.className = "file done";
    view.item.append(keep);
    view.bar.hidden = true;
    view.status.textContent = `已上传，${size(file.size)}`;
    view.act.textContent = "移除";
    view.act.setAttribute("aria-label", `移除 ${file.name}`);
    view.act.onclick = () => { view.item.remove(); input.focus(); };
  };
  request.open("POST", input.dataset.upload);
  request.timeout = 10 * 60 * 1000;
  const data = new FormData();
  data.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "");
  data.append("file", file);
  view.status.textContent = "正在上传";
  request.send(data);
};

for (const input of document.querySelectorAll("input[type=file][data-upload]")) {
  const list = element("ul", "upload-list");
  input.after(list);
  const sendChosen = () => {
    for (const file of input.files) {
      const view = row(file);
      list.append(view.item);
      send(input, file, view, input.form);
    }
    input.value = ""; // they are on their way: not a second time with the form
  };
  input.addEventListener("change", sendChosen);
  sendChosen(); // what was chosen while this script was still on its way
}
