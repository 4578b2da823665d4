// New messages appear by themselves. The list alone is asked for again: a page that reloads takes the focus away.
"use strict";

const inbox = document.getElementById("inbox");
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const there = page.getElementById("inbox");
  if (there.dataset.newest !== inbox.dataset.newest) {
    inbox.dataset.newest = there.dataset.newest;
    inbox.innerHTML = there.innerHTML;
    document.title = page.title;
  }
  // How long ago each came, and what the clock shows.
  const times = page.querySelectorAll("time");
  document.querySelectorAll("time").forEach((time, at) => { time.textContent = times[at]?.textContent; });
};
setInterval(look, 2000);
document.addEventListener("visibilitychange", look);
