// The live score of the phone check, in integer centipoints, as the server computes a month score: half_up(10000 * earned / applicable).
// Items still open count as not lost yet; [data-live-left] says how many they are. The server computes the score again on its own.
// A form that holds one category brings the sums of the others as data-other-earned, -max and -open; a ticked [data-rest] decides
// every item still open.
"use strict";
(() => {
  const form = document.querySelector("[data-check]");
  if (!form) return;
  const items = Array.from(form.querySelectorAll("[data-item]"));
  const rest = form.querySelector("[data-rest]");
  const other = (name) => Number(form.dataset[name] ?? 0);
  const halfUp = (a, b) => Math.floor((2 * a + b) / (2 * b));
  const print = (cp) => `${Math.floor(cp / 100)}.${String(cp % 100).padStart(2, "0")}`;

  const chosen = (item) => item.querySelector("input[type='radio']:checked");
  const answerOf = (item) => chosen(item)?.value ?? "";
  const countOf = (item) => {
    const count = Number.parseInt(item.querySelector("[data-count]")?.value ?? "", 10);
    return Number.isSafeInteger(count) && count > 0 ? count : 0;
  };

  // What the item keeps; null when it does not apply. What a grade or a finding costs stands in the page, as the rules have it.
  function earned(item) {
    const most = Number(item.dataset.maxCp);
    switch (answerOf(item)) {
      case "na": return null;
      case "found": return Math.max(0, most - Math.max(1, countOf(item)) * Number(item.dataset.stepCp));
      default: return most - Number(chosen(item)?.dataset.lost ?? 0);
    }
  }

  function show() {
    const sums = new Map();
    let open = other("otherOpen"), all = [other("otherEarned"), other("otherMax")];
    for (const item of items) {
      const kept = earned(item), most = Number(item.dataset.maxCp), answer = answerOf(item);
      const category = sums.get(item.dataset.category) ?? [0, 0];
      if (kept !== null) {
        category[0] += kept; category[1] += most;
        all = [all[0] + kept, all[1] + most];
      }
      sums.set(item.dataset.category, category);
      const decided = answer !== "" || rest?.checked === true;
      if (!decided) open += 1;
      item.classList.toggle("has-loss", kept !== null && kept < most);
      const score = item.querySelector("[data-item-score]");
      if (score) {
        score.hidden = !decided || kept === null;
        score.querySelector("b").textContent = kept === null ? "–" : print(kept);
      }
    }
    for (const target of document.querySelectorAll("[data-live-score]")) target.textContent = all[1] ? print(halfUp(10000 * all[0], all[1])) : "–";
    for (const target of document.querySelectorAll("[data-live-left]")) target.textContent = String(open);
    for (const target of document.querySelectorAll("[data-category-score]")) {
      const sum = sums.get(target.dataset.categoryScore);
      target.textContent = sum && sum[1] ? `${print(sum[0])} / ${print(sum[1])}` : "–";
    }
  }

  const choose = (item, value) => {
    const radio = item.querySelector(`input[type='radio'][value='${value}']`);
    if (radio) radio.checked = true;
  };

  for (const item of items) {
    const count = item.querySelector("[data-count]");
    if (!count) continue;
    const follow = () => choose(item, countOf(item) > 0 ? "found" : "pass");
    count.addEventListener("input", follow);
    for (const button of item.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        count.value = String(Math.min(999, Math.max(0, countOf(item) + Number(button.dataset.step))));
        follow();
        count.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
    // Choosing an answer keeps the count true to it.
    item.addEventListener("change", (event) => {
      if (event.target.type !== "radio") return;
      if (event.target.value === "found" && countOf(item) === 0) count.value = "1";
      if (event.target.value !== "found") count.value = "0";
    });
  }

  // "Does not apply" needs a note: its box opens by itself.
  for (const item of items) {
    item.addEventListener("change", (event) => {
      const note = item.querySelector("details.item-more");
      if (note && event.target.type === "radio" && event.target.value === "na") note.open = true;
    });
  }

  for (const button of document.querySelectorAll("[data-rest-pass]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const item of items) if (item.dataset.category === button.dataset.restPass && !answerOf(item)) choose(item, "pass");
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
})();
