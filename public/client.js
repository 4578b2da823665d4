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
