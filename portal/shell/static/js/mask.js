// Boxes drawn on a photo by dragging. They live in the numeric fields (percent of width and height), so the form works without this
// script; the server blacks them out in the public copy.
"use strict";
(() => {
  const form = document.querySelector("[data-mask]");
  if (!form) return;
  const stage = form.querySelector(".mask-stage"), svg = form.querySelector(".mask-boxes"), list = form.querySelector("[data-rows]");
  const rows = () => Array.from(list.querySelectorAll("[data-row]"));
  const fields = (row) => ["x", "y", "w", "h"].map((name) => row.querySelector(`input[name='${name}']`));
  const numbers = (row) => fields(row).map((field) => (field.value.trim() === "" ? Number.NaN : Number(field.value)));
  const isEmpty = (row) => fields(row).every((field) => field.value.trim() === "");
  const print = (value) => String(Math.round(value * 100) / 100);
  let drawing = null;

  function add(x, y, w, h) {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ x, y, width: w, height: h })) rect.setAttribute(name, String(value));
    svg.append(rect);
  }

  function show() {
    svg.replaceChildren();
    for (const row of rows()) {
      const box = numbers(row);
      row.querySelector("[data-clear]").hidden = isEmpty(row);
      if (box.every((part) => Number.isFinite(part) && part >= 0)) add(...box);
    }
    if (drawing) add(...drawing.box);
  }

  function emptyRow() {
    const free = rows().find(isEmpty);
    if (free) return free;
    const last = rows().at(-1), copy = last.cloneNode(true);
    for (const field of fields(copy)) field.value = "";
    const number = String(rows().length + 1);
    for (const place of copy.querySelectorAll("span.num, .visually-hidden")) place.textContent = place.matches(".num") ? number : ` ${number}`;
    list.append(copy);
    return copy;
  }

  const within = (value) => Math.min(100, Math.max(0, value));
  function point(event) {
    const frame = svg.getBoundingClientRect();
    return [within(((event.clientX - frame.left) / frame.width) * 100), within(((event.clientY - frame.top) / frame.height) * 100)];
  }

  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const [x, y] = point(event);
    drawing = { x, y, box: [x, y, 0, 0] };
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [x, y] = point(event);
    drawing.box = [Math.min(x, drawing.x), Math.min(y, drawing.y), Math.abs(x - drawing.x), Math.abs(y - drawing.y)];
    show();
  });
  svg.addEventListener("pointercancel", () => { drawing = null; show(); });
  svg.addEventListener("pointerup", () => {
    if (!drawing) return;
    const box = drawing.box;
    drawing = null;
    if (box[2] >= 0.5 && box[3] >= 0.5) fields(emptyRow()).forEach((field, place) => { field.value = print(box[place]); });
    show();
  });
  list.addEventListener("input", show);
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-clear]");
    if (!button) return;
    const row = button.closest("[data-row]");
    for (const field of fields(row)) field.value = "";
    fields(row)[0].focus();
    show();
  });
  stage.classList.add("mask-ready");
  form.querySelector("[data-mask-hint]").hidden = false;
  show();
})();
