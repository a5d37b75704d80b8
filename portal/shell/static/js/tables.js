// Sorts and filters the rows already on the page in tables of the class js-table. The page works without it.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = english
    ? { filter: "Filter the rows shown", rows: (shown, all) => `${shown} of ${all} rows shown` }
    : { filter: "在所示行中筛选", rows: (shown, all) => `显示${shown}行，共${all}行` };
  const collator = new Intl.Collator(english ? "en" : "zh-Hans-CN", { numeric: true });

  const textOf = (row, column) => (row.cells[column]?.dataset.sort ?? row.cells[column]?.textContent ?? "").trim();
  const numberOf = (text) => {
    const bare = text.replace(/[,，%\s]/g, "").replace("−", "-");
    const number = /^-?\d+(\.\d+)?/.exec(bare);
    return number ? Number(number[0]) : null;
  };

  function sortRows(table, column, rising) {
    const body = table.tBodies[0];
    const numeric = table.tHead.rows[0].cells[column].classList.contains("n");
    const keyed = Array.from(body.rows, (row) => ({ row, text: textOf(row, column) }));
    keyed.sort((a, b) => {
      if (!numeric) return (rising ? 1 : -1) * collator.compare(a.text, b.text);
      const x = numberOf(a.text), y = numberOf(b.text);
      if (x === null || y === null) return (x === null) - (y === null); // missing figures last, either way
      return (rising ? 1 : -1) * (x - y);
    });
    body.append(...keyed.map((entry) => entry.row));
  }

  function addSorting(table) {
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      if (head.dataset.noSort !== undefined || !head.textContent.trim()) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort-btn";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const rising = head.getAttribute("aria-sort") !== "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", rising ? "ascending" : "descending");
        sortRows(table, column, rising);
      });
    });
  }

  function addFilter(table, number) {
    const rows = Array.from(table.tBodies[0].rows);
    if (rows.length < 8) return;
    const tools = document.createElement("div");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const status = document.createElement("span");
    tools.className = "table-tools no-print";
    label.className = "small";
    label.textContent = say.filter;
    box.type = "search";
    box.className = "form-control form-control-sm";
    box.id = label.htmlFor = `table-filter-${number}`;
    status.className = "small muted";
    status.setAttribute("role", "status");
    tools.append(label, box, status);
    table.parentElement.insertBefore(tools, table);
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown += 1;
      }
      status.textContent = words.length ? say.rows(shown, rows.length) : "";
    });
  }

  document.querySelectorAll("table.js-table").forEach((table, number) => {
    if (!table.tHead || !table.tBodies.length || table.tBodies[0].rows.length < 2) return;
    addSorting(table);
    addFilter(table, number);
  });
})();
