// A second press of the same button sends nothing twice, except where it fetches a file (data-download). Without this script the server refuses the repeat by itself.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[method='post']:not([data-download])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent === "yes") {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      // Disabled only after the form's data were collected, so that the button's own name and value are sent.
      setTimeout(() => {
        for (const button of form.querySelectorAll("button[data-once]")) button.setAttribute("aria-disabled", "true");
      }, 0);
    });
  }
  // Coming back with the browser's back button brings the page from its cache: allow sending again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
})();
