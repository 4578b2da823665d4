// Helps, and nothing more: every page works without it.
"use strict";

// A form is sent once. An answer may be long in coming, or a page be come back to: then it can be sent again.
const PATIENCE_MS = 20_000;
const SLOW_MS = 6_000;

const said = document.getElementById("said");
const offline = document.getElementById("offline");
const say = (text) => { if (said) said.textContent = text; };
const buttonsOf = (form) => Array.from(form.elements).filter((element) => element.type === "submit");
const waits = (button) => button.getAttribute("aria-disabled") === "true";

function lock(form, pressed) {
  form.dataset.sent = "";
  const button = pressed ?? buttonsOf(form)[0];
  for (const each of buttonsOf(form)) each.setAttribute("aria-disabled", "true");
  if (button?.dataset.busy) {
    button.dataset.idle = button.textContent;
    button.textContent = button.dataset.busy;
    say(button.dataset.busy);
  }
  setTimeout(() => { if ("sent" in form.dataset) say(said?.dataset.slow); }, SLOW_MS);
  setTimeout(() => unlock(form), PATIENCE_MS);
}

function unlock(form) {
  if (!("sent" in form.dataset)) return;
  delete form.dataset.sent;
  for (const each of buttonsOf(form)) {
    each.removeAttribute("aria-disabled");
    if (each.dataset.idle) each.textContent = each.dataset.idle;
  }
  say("");
}

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (offline) offline.hidden = navigator.onLine;
    // A button that waits can be reached and read, but not pressed.
    const refused = event.submitter && waits(event.submitter);
    if ("sent" in form.dataset || refused || (offline && !navigator.onLine)) event.preventDefault();
    else lock(form, event.submitter);
  });
}
addEventListener("pageshow", () => Array.from(document.forms).forEach(unlock));
addEventListener("online", () => { if (offline) offline.hidden = true; });

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

// The code in what was typed or pasted: the only run of digits that is as long as one. It is sent once for each page: a
// correction after that is sent by hand.
const pin = document.querySelector("input[data-length]");
if (pin) {
  const length = Number(pin.dataset.length);
  document.querySelectorAll("[data-with-script]").forEach((text) => { text.hidden = false; });
  const only = (runs) => {
    const codes = new Set(runs.map(digitsOf).filter((digits) => digits.length === length));
    return codes.size === 1 ? codes.values().next().value : null;
  };
  const find = (text) => {
    const plain = asciiDigits(text);
    if (/^[\d\s\p{Pd}\p{Cf}]*$/u.test(plain)) return only([plain]);
    return only(plain.match(/\d+/g) ?? []) ?? only(plain.match(/[\d\s\p{Pd}]+/gu) ?? []);
  };
  let done = false;
  const listen = () => {
    const code = find(pin.value);
    if (done || !code) return;
    done = true;
    pin.value = code;
    pin.form.requestSubmit();
  };
  pin.addEventListener("input", listen);
  // The browser reads it out of the message, where the message names this site.
  if ("OTPCredential" in window) {
    const stop = new AbortController();
    pin.form.addEventListener("submit", () => stop.abort());
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: stop.signal }).then((otp) => {
      pin.value = otp.code;
      listen();
    }).catch(() => {});
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// Shows what is left of a time, each second, and does something at its end.
function count(time, seconds, atEnd) {
  const end = Date.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    time.textContent = clock(left);
    if (left > 0) return;
    clearInterval(timer);
    atEnd();
  }, 1000);
}

// Buttons beside a time that has to pass can be pressed when it is over, which is said once.
for (const time of document.querySelectorAll("[data-countdown]")) {
  const wait = time.closest("[data-wait]");
  const form = wait?.closest("form");
  const buttons = form ? buttonsOf(form) : [];
  buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
  count(time, time.dataset.countdown, () => {
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
    if (!wait) return;
    wait.hidden = true;
    wait.nextElementSibling.hidden = false;
    say(wait.nextElementSibling.textContent);
  });
}

// A code that has run out is not to be typed.
const life = document.querySelector("[data-expires]");
const expired = document.getElementById("expired");
if (life && expired) {
  count(life, life.dataset.expires, () => {
    document.getElementById("entry").hidden = true;
    expired.hidden = false;
    const headline = expired.querySelector("h1");
    document.title = headline.textContent;
    headline.focus();
  });
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
