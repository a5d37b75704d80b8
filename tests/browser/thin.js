// What axe has judged already need not be judged again: takes out of the page every block that this walk has met in the
// same place before. Alike means the same elements, classes, roles, states and attributes below the same ancestors; of texts
// and addresses only whether they are there. Headings and landmarks stay on every page, since axe judges them as a whole.
// `null`: answers with the keys of all blocks. A list of places in that answer: takes out these blocks and answers with the
// key of what is left.
known => {
  const TEXTS = new Set(["href", "src", "srcset", "id", "for", "name", "value", "title", "alt", "datetime", "action", "content",
    "placeholder", "headers", "aria-label", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form", "min", "max",
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "points", "transform", "viewBox"]);
  const BLOCKS = "p, div, section, article, form, table, tr, ul, ol, li, dl, nav, aside, details, fieldset, figure, header, footer, svg";
  const STAY = "h1, h2, h3, h4, h5, h6, main, nav, aside, section, header, footer, dialog, [role=search], [role=region]";
  const hash = told => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let at = 0; at < told.length; at++) {
      const code = told.charCodeAt(at);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    return (a >>> 0).toString(36) + (b >>> 0).toString(36);
  };
  const tag = element => {
    let told = "<" + element.tagName;
    for (const {name, value} of element.attributes)
      told += " " + name + "=" + (TEXTS.has(name) || name.startsWith("data-") ? (value.trim() ? "+" : "") : value);
    return told;
  };
  // how wide a link or button is depends on its text: the narrow ones count apart
  const said = (text, element) => element.closest("a, button, summary, label") ? Math.min(text.trim().length, 3) : "t";
  const skeletons = new Map();
  const skeleton = element => {
    let told = tag(element);
    for (const node of element.childNodes)
      told += node.nodeType === 1 ? skeleton(node) : node.nodeType === 3 && node.nodeValue.trim() ? said(node.nodeValue, element) : "";
    const found = hash(told + ">");
    skeletons.set(element, found);
    return found;
  };
  if (known === null) {
    skeleton(document.body);
    const blocks = [], keys = [];
    const visit = (parent, path) => {
      for (const child of parent.children) {
        if (child.matches(BLOCKS)) {
          blocks.push(child);
          keys.push(hash(path + (child.previousElementSibling ? "" : "first") + skeletons.get(child)));
        }
        visit(child, hash(path + tag(child)));
      }
    };
    visit(document.body, tag(document.body));
    window.blocksOfWalk = blocks;
    return keys;
  }
  const ids = new Map();
  for (const element of document.querySelectorAll("[id]")) ids.set(element.id, element);
  const ties = [];
  for (const name of ["for", "headers", "list", "form", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "href"])
    for (const from of document.querySelectorAll(name === "href" ? "a[href^='#']" : `[${name}]`))
      for (const id of from.getAttribute(name).replace(/^#/, "").split(/\s+/))
        if (ids.has(id)) ties.push([from, ids.get(id), name !== "href"]);
  const tied = block => ties.some(([from, to, both]) => block.contains(to) ? !block.contains(from) : both && block.contains(from));
  for (const at of known) {
    const block = window.blocksOfWalk[at];
    if (block.isConnected && !block.matches(STAY) && !block.querySelector(STAY) && !tied(block)) block.remove();
  }
  const labels = [...document.querySelectorAll(STAY)].map(element => element.getAttribute("aria-label") || "");
  return hash(document.documentElement.lang + skeleton(document.head) + skeleton(document.body) + labels.join("|"));
}
