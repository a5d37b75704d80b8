// Forms with data-passkey="get|create": asks the browser for the passkey and sends its answer with the form. A browser without
// passkeys never sees these forms, and the password form beside them needs no script.
"use strict";
(() => {
  const library = window.SimpleWebAuthnBrowser;
  if (!library || !library.browserSupportsWebAuthn()) return;
  const refused = (form, error) => {
    const place = form.querySelector("[data-passkey-refused]");
    const known = error && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED";
    place.textContent = known ? place.dataset.known : place.dataset.cancelled;
    place.hidden = false;
  };
  const ask = async (form) => {
    const optionsJSON = JSON.parse(form.dataset.options);
    if (form.dataset.passkey === "create") return library.startRegistration({ optionsJSON });
    return library.startAuthentication({ optionsJSON });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener(
      "submit",
      async (event) => {
        event.preventDefault();
        event.stopImmediatePropagation(); // confirm.js counts the one that is sent, not the one that asks
        if (form.dataset.asking) return;
        form.dataset.asking = "yes";
        try {
          const answer = await ask(form);
          form.elements[form.dataset.answer || "answer"].value = JSON.stringify(answer);
          form.submit();
        } catch (error) {
          refused(form, error);
        } finally {
          delete form.dataset.asking;
        }
      },
      { capture: true },
    );
  }
})();
