/* Recomputes a star rating in the reader's browser from the published inputs that stand in the page, step by step.
   Whole numbers only (BigInt): points are hundredths, halves are rounded upward, as the rules say. Nothing is sent anywhere. */
(() => {
  "use strict";
  const big = (value) => BigInt(value);
  const halfUp = (sum, by) => (2n * sum + by) / (2n * by);
  const cp = (text) => {
    const [whole, part = ""] = String(text).split(".");
    return big(whole) * 100n + big((part + "00").slice(0, 2));
  };
  const shown = (value) => `${value / 100n}.${String(value % 100n).padStart(2, "0")}`;
  const sum = (values) => values.reduce((left, right) => left + right, 0n);
  const quarterOf = (month) => `${month.slice(0, 4)}Q${Math.ceil(Number(month.slice(5, 7)) / 3)}`;

  const loss = (item, result, deductions) => {
    const top = cp(item.max_points), rule = deductions[item.deduction];
    if (["pass", "full", "0"].includes(result)) return 0n;
    if (result in rule.grades) return halfUp(top * big(rule.grades[result]), 100n);
    if (!/^[0-9]+$/.test(result) || !rule.step_cp) throw new Error(`${item.item_code}: ${result}`);
    const lost = big(result) * big(rule.step_cp);
    return lost < top ? lost : top;
  };

  const month = (input, row) => {
    const items = new Map(input.standards.filter((one) => one.version === row.standard).map((one) => [one.item_code, one]));
    let applicable = sum([...items.values()].map((item) => cp(item.max_points))), lost = 0n;
    const categories = new Map();
    const category = (item) => {
      if (!categories.has(item.category_code)) categories.set(item.category_code, { applicable: 0n, lost: 0n });
      return categories.get(item.category_code);
    };
    for (const item of items.values()) category(item).applicable += cp(item.max_points);
    for (const found of input.results.filter((one) => one.month === row.month && one.item_code !== "*")) {
      const item = items.get(found.item_code);
      if (found.result === "na") {
        applicable -= cp(item.max_points);
        category(item).applicable -= cp(item.max_points);
      } else {
        const gone = loss(item, found.result, input.deductions);
        lost += gone;
        category(item).lost += gone;
      }
    }
    const score = halfUp(10000n * (applicable - lost), applicable);
    return { score, categories, formula: `(${shown(applicable)} − ${shown(lost)}) × 100 ÷ ${shown(applicable)}` };
  };

  const addMonths = (day, months) => {
    const [year, month, date] = day.split("-").map(Number);
    const count = year * 12 + month - 1 + months, newYear = Math.floor(count / 12), newMonth = (count % 12) + 1;
    const last = new Date(Date.UTC(newYear, newMonth, 0)).getUTCDate();
    return [newYear, newMonth, Math.min(date, last)].map((part, at) => String(part).padStart(at ? 2 : 4, "0")).join("-");
  };
  const nextDay = (day) => new Date(Date.parse(`${day}T00:00:00Z`) + 86400000).toISOString().slice(0, 10);

  const serviceStart = (input) => {
    const on = `${input.year}-12-31`;
    const own = input.contracts.filter((one) => one.uscc === input.rating.uscc && input.rating.uscc);
    own.sort((left, right) => (left.starts_on < right.starts_on ? -1 : 1));
    let before = null, found = "";
    for (const one of own) {
      const ends = one.ends_on || "9999-12-31";
      const unbroken = before && before.ends !== "9999-12-31" && nextDay(before.ends) === one.starts_on;
      const start = unbroken ? before.start : one.starts_on;
      if (one.starts_on <= on && on <= ends) found = start;
      before = { ends, start };
    }
    return found;
  };

  const survey = (input) => {
    const row = input.survey, rule = input.rule_set.sample;
    if (!row) return null;
    const homes = Number(row.households), replies = Number(row.valid_responses);
    const enough = homes < rule.small_estate_under
      ? replies * rule.small_one_in >= homes
      : replies >= rule.min_responses && replies * rule.one_in >= homes;
    return enough ? { score: cp(row.score), formula: `${replies} / ${homes}` } : null;
  };
  const comprehensive = (input) => {
    const weights = input.rule_set.indicators, rows = new Map(input.indicators.map((row) => [row.indicator_code, row]));
    if (weights.some((one) => !rows.has(one.code))) return null;
    const parts = weights.map((one) => big(one.weight) * cp(rows.get(one.code).score));
    const formula = weights.map((one) => `${one.weight} × ${rows.get(one.code).score}`).join(" + ");
    const all = weights.reduce((left, one) => left + one.weight, 0);
    return { score: halfUp(sum(parts), big(all)), formula: `(${formula}) ÷ ${all}` };
  };
  const mean = (scores) => ({ score: halfUp(sum(scores), big(scores.length)), formula: `(${scores.map(shown).join(" + ")}) ÷ ${scores.length}` });

  const FACT_OF = { open_finding: "overdue_c", safety_penalty: "safety_penalties", manager_vacant: "manager_vacant_days",
    self_report_missing: "reports_missing", disclosure_overdue: "disclosure_overdue_quarters",
    demerits: "demerits", demerits_before: "demerits_before" };
  const capped = (stars, rules, components, categories, facts) => {
    let most = stars;
    for (const row of rules.limiters || []) {
      const top = row.max_stars === undefined ? Math.max(stars - row.minus_stars, 0) : row.max_stars;
      if (FACT_OF[row.limiter]) {
        const fact = facts.find((one) => one.fact === FACT_OF[row.limiter]);
        if (fact && big(fact.value.replace(".", "")) >= big(row.at_least)) most = Math.min(most, top);
        continue;
      }
      const below = big(row.below_cp);
      if (row.limiter === "component_below") {
        for (const name of row.components || Object.keys(rules.weights))
          if (components[name] && components[name].score < below) most = Math.min(most, top);
      } else {
        for (const name of row.categories || categories.keys()) {
          const own = categories.get(name);
          if (own && own.applicable > 0n && halfUp(10000n * (own.applicable - own.lost), own.applicable) < below)
            most = Math.min(most, top);
        }
      }
    }
    return most;
  };

  const compute = (input) => {
    const steps = [], rules = input.rule_set, quarters = new Map(), categories = new Map();
    const step = (kind, name, formula, value, published) =>
      steps.push({ kind, name, formula, value, published, same: value === published });
    const byQuarter = new Map();
    for (const row of input.months) {
      const made = month(input, row), quarter = quarterOf(row.month);
      step("month", row.month, made.formula, shown(made.score), row.score);
      if (!byQuarter.has(quarter)) byQuarter.set(quarter, []);
      byQuarter.get(quarter).push(made);
    }
    for (const row of input.quarters) {
      const months = byQuarter.get(row.quarter) || [];
      if (months.length >= 2) {
        const made = mean(months.map((one) => one.score));
        quarters.set(row.quarter, made.score);
        step("quarter", row.quarter, made.formula, shown(made.score), row.score);
        for (const one of months) for (const [name, points] of one.categories) {
          const all = categories.get(name) || { applicable: 0n, lost: 0n };
          categories.set(name, { applicable: all.applicable + points.applicable, lost: all.lost + points.lost });
        }
      } else step("quarter", row.quarter, `${months.length} < 2`, "", row.score);
    }
    const scores = [...quarters.values()];
    const components = {
      survey: survey(input),
      management: scores.length >= rules.quarters_needed ? mean(scores) : null,
      comprehensive: comprehensive(input),
      collection: input.collection ? { score: cp(input.collection.rate), formula: `${input.collection.rate}%` } : null,
    };
    const names = Object.keys(rules.weights), missing = names.filter((name) => !components[name]);
    for (const name of names) {
      const made = components[name];
      step("component", name, made ? made.formula : "", made ? shown(made.score) : "", input.rating[name]);
    }
    const total = missing.length ? null : halfUp(sum(names.map((name) => big(rules.weights[name]) * components[name].score)), 100n);
    const formula = names.map((name) => `${rules.weights[name]}% × ${components[name] ? shown(components[name].score) : "?"}`).join(" + ");
    step("total", "", formula, total === null ? "" : shown(total), input.rating.total);
    const start = serviceStart(input), due = start ? addMonths(start, rules.months_of_service) : "";
    const status = !start || due > `${input.year + 1}-01-01` ? "not_eligible"
      : input.vetoes.length ? "vetoed" : missing.length ? "pending" : "rated";
    step("status", "", [start, ...input.vetoes.map((one) => one.veto_code), ...missing].filter(Boolean).join(", "), status, input.rating.status);
    let stars = "";
    if (status === "rated") {
      const bound = rules.stars.find((one) => total >= big(one.from_cp));
      stars = String(capped(bound ? bound.stars : 0, rules, components, categories, input.limits || []));
    }
    step("stars", "", total === null ? "" : shown(total), stars, input.rating.stars);
    return { steps, same: steps.every((one) => one.same) };
  };

  const cell = (row, kind, text, label) => {
    const made = row.appendChild(document.createElement(kind));
    made.textContent = text;
    if (label) made.dataset.label = label;
    return made;
  };
  const titled = (kind, name) => (kind.endsWith("：") || !name ? kind + name : `${kind} ${name}`);
  const show = (holder, input, words) => {
    const found = compute(input), table = holder.querySelector("tbody"), verdict = holder.querySelector("[data-verdict]");
    for (const one of found.steps) {
      const row = table.appendChild(document.createElement("tr"));
      cell(row, "th", titled(words[one.kind] || one.kind, words[one.name] || one.name), words.step).scope = "row";
      cell(row, "td", one.formula, words.formula).className = "small";
      cell(row, "td", words[one.value] || one.value || "—", words.here).className = "n";
      cell(row, "td", words[one.published] || one.published || "—", words.published).className = "n";
      cell(row, "td", one.same ? words.same : words.differs, words.result).dataset.same = String(one.same);
    }
    verdict.textContent = found.same ? words.all_same : words.some_differ;
    verdict.className = `notice notice-${found.same ? "ok" : "late"}`;
    verdict.dataset.verdict = String(found.same);
    holder.hidden = false;
  };

  globalThis.starCheck = { compute };
  const data = document.getElementById("star-inputs"), holder = document.getElementById("star-check");
  if (data && holder) {
    const content = JSON.parse(data.textContent);
    show(holder, content.inputs, content.words);
  }
})();
