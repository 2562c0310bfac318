// The minutes since a mark, or until the next report, go on while the page is open. Without script the page says them as they were.

const EVERY = 30_000;

function words(minutes) {
  const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60), rest = minutes % 60;
  if (days) return `${days}天${hours}小时`;
  return hours ? `${hours}小时${rest}分钟` : `${rest}分钟`;
}

function say(time) {
  const passed = Math.trunc((Date.now() - Date.parse(time.dateTime)) / 60_000);
  if (time.dataset.notSent) time.textContent = `标记后已过${words(Math.max(passed, 0))}，还没有报送`;
  else if (passed >= 0 && Date.now() > Date.parse(time.dateTime)) time.textContent = `续报时间已过${words(passed)}`;
  else time.textContent = `距下一次续报还有${words(-passed)}`;
}

const times = document.querySelectorAll("time[data-elapsed]");
if (times.length) setInterval(() => times.forEach(say), EVERY);
