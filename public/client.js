// Helps, and nothing more: every page works without it.
"use strict";

// A form is sent once. An answer may be long in coming, or a page be come back to: then it can be sent again.
const PATIENCE_MS = 20_000;

function lock(form) {
  form.dataset.sent = "";
  form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  setTimeout(() => unlock(form), PATIENCE_MS);
}

function unlock(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button").forEach((button) => button.removeAttribute("aria-disabled"));
}

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if ("sent" in form.dataset) event.preventDefault();
    else lock(form);
  });
}
addEventListener("pageshow", () => Array.from(document.forms).forEach(unlock));

// Whoever was on the way to a part of a page ("#/reports/42") has it in the address of ours: browsers hand it on with
// every redirect, up to that page. Forms and links would lose it. It is never sent to a server.
if (location.hash) {
  addEventListener("submit", ({ target: form }) => {
    const url = new URL(form.action);
    url.hash = location.hash;
    form.action = url;
  });
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/'][href$='/verify'], a[href^='/'][href*='?return_to=']");
    if (!link) return;
    link.hash = location.hash;
    // A browser takes that for a place on the page that it shows already.
    if (link.href !== location.href) return;
    event.preventDefault();
    location.reload();
  });
  // So it does with a page that reloads itself.
  const reload = document.querySelector("[data-reload]");
  if (reload) setTimeout(() => location.reload(), reload.dataset.reload * 1000);
}

// A code that is complete is sent, once for each page: a correction after that is sent by hand.
const pin = document.querySelector("input[data-length]");
if (pin) {
  document.querySelectorAll("[data-with-script]").forEach((text) => { text.hidden = false; });
  const complete = () => {
    const digits = pin.value.replace(/[\s-]/g, "");
    return /^\d+$/.test(digits) && digits.length === Number(pin.dataset.length);
  };
  const listen = () => {
    if (!complete()) return;
    pin.removeEventListener("input", listen);
    pin.form.requestSubmit();
  };
  pin.addEventListener("input", listen);
}

// A time that has to pass is counted down. Buttons beside it can be pressed when it is over.
for (const time of document.querySelectorAll("[data-countdown]")) {
  const end = Date.now() + time.dataset.countdown * 1000;
  const wait = time.closest("[data-wait]");
  const enable = (on) => wait?.closest("form")?.querySelectorAll("button").forEach((button) => { button.disabled = !on; });
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left > 0) return;
    clearInterval(timer);
    enable(true);
    if (wait) {
      wait.hidden = true;
      wait.nextElementSibling.hidden = false;
    }
  }, 1000);
  enable(false);
}

// What became of the message appears by itself while the page is looked at, or looked at again.
const news = document.getElementById("status");
if (news) {
  const ask = async () => {
    const { seen } = news.firstElementChild.dataset;
    if (document.hidden || !seen) return;
    // Beside this page, wherever the pages are.
    const answer = await fetch(`verify/status?seen=${seen}`).catch(() => null);
    const text = answer?.status === 200 ? await answer.text() : "";
    // Said once, even if two answers come at the same time.
    if (text && news.firstElementChild.dataset.seen === seen) news.innerHTML = text;
  };
  setInterval(ask, 2000);
  document.addEventListener("visibilitychange", ask);
}
