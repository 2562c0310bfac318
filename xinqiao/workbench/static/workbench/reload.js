// Looks again after some seconds while a page waits for the worker; the link 刷新 does the same without a script.
const waiting = document.querySelector("[data-reload]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);
