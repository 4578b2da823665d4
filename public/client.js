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

// Digits of any script, as the ten that phones have. In each script the ten follow each other, zero first.
const isDigit = (sign) => /^\p{Nd}$/u.test(sign);
const asciiDigits = (text) => text.replace(/\p{Nd}/gu, (sign) => {
  let value = 0;
  const at = sign.codePointAt(0);
  while (value < 9 && isDigit(String.fromCodePoint(at - value - 1))) value += 1;
  return at < 128 ? sign : String(value);
});
const digitsOf = (text) => asciiDigits(text).replace(/\D/g, "");

// A number is put in groups while it is typed, as the example of its country is. A code with a plus moves the country.
const list = document.querySelector("select[name=country]");
if (list) {
  const number = document.getElementById("phone");
  const flag = list.previousElementSibling;
  const chosen = () => list.selectedOptions[0];
  const codeOf = (option) => digitsOf(option.textContent);
  const isAbroad = () => /^[\s(]*[+＋]/.test(number.value);
  const begins = (option) => option.value !== "" && digitsOf(number.value).startsWith(codeOf(option));

  const show = () => {
    const letters = Array.from(list.value, (letter) => String.fromCodePoint(0x1f1a5 + letter.charCodeAt(0)));
    flag.textContent = list.value ? `${letters.join("")} +${codeOf(chosen())}` : "🌐";
    number.placeholder = chosen().dataset.example ?? "";
  };
  const move = () => {
    if (begins(chosen())) return;
    // Of those that share a code the largest.
    const found = Array.from(list.options).filter(begins);
    const best = found.find((option) => !("also" in option.dataset)) ?? found[0];
    if (best) list.value = best.value;
    show();
  };
  const grouped = (digits, shape) => {
    let at = 0;
    let text = "";
    for (const sign of shape) {
      if (at === digits.length) return text;
      text += isDigit(sign) ? digits[at++] : sign;
    }
    return at === digits.length ? text : digits;
  };
  // Left alone: what has more in it than digits and gaps, and a number that is not written as the example is.
  const group = () => {
    const shape = chosen().dataset.example ?? "";
    const digits = digitsOf(number.value);
    if (number.selectionEnd < number.value.length || !/^[\d\s().-]+$/.test(asciiDigits(number.value))) return;
    if (/^\(?8/.test(shape) || (digits[0] === "1" && digitsOf(shape)[0] !== "1")) return;
    if (shape[0] === "0" && digits[0] !== "0") number.value = grouped(digits, shape.slice(1));
    else if (digits[0] !== "0" || shape[0] === "0") number.value = grouped(digits, shape);
  };
  number.addEventListener("input", (event) => {
    if (isAbroad()) move();
    else if (!event.inputType?.startsWith("delete")) group();
  });
  list.addEventListener("change", () => {
    // The code of another country in the field would move the list back.
    const other = isAbroad() && !begins(chosen()) && Array.from(list.options).find(begins);
    if (other) number.value = digitsOf(number.value).slice(codeOf(other).length);
    show();
  });
  // What the browser has filled in by itself, or kept from before.
  addEventListener("pageshow", show);
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
