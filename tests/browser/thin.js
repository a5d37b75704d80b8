// What axe has judged already need not be judged again. Gives the page as axe should see it: of siblings built alike
// (rows of a table, items of a list) the first two stay, and of the frame what this walk has not met yet. Alike means the
// same elements, classes, roles, states and attributes; of texts and addresses only whether they are there.
// `met`: skeletons of headers and footers judged so far; answers with the skeletons of this page's own.
met => {
  const TEXTS = new Set(["href", "src", "srcset", "id", "for", "name", "value", "title", "alt", "datetime", "action", "content",
    "placeholder", "headers", "aria-label", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form", "headers",
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "points", "transform", "viewBox"]);
  // how wide a link or button is depends on its text: the narrow ones count apart
  const said = (text, element) => element.closest("a, button, summary, label") ? Math.min(text.trim().length, 3) : "t";
  const skeleton = element => {
    let told = "<" + element.tagName;
    for (const {name, value} of element.attributes)
      told += " " + name + "=" + (TEXTS.has(name) || name.startsWith("data-") ? (value.trim() ? "+" : "") : value);
    for (const node of element.childNodes)
      told += node.nodeType === 1 ? skeleton(node) : node.nodeType === 3 && node.nodeValue.trim() ? said(node.nodeValue, element) : "";
    return told + ">";
  };
  const referred = new Map();
  for (const element of document.querySelectorAll("[for], [headers], [list], [form], [aria-labelledby], [aria-describedby], [aria-controls], [aria-owns], a[href^='#']"))
    for (const name of ["for", "headers", "list", "form", "aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "href"])
      for (const id of (element.getAttribute(name) || "").replace(/^#/, "").split(/\s+/))
        if (id) referred.set(id, [...(referred.get(id) || []), element]);
  const wanted = element => [element, ...element.querySelectorAll("[id]")].some(
    inside => inside.id && (referred.get(inside.id) || []).some(from => !element.contains(from)));
  const thin = parent => {
    const alike = new Map();
    for (const child of [...parent.children]) {
      if (child.tagName === "svg" || child.tagName === "SCRIPT") continue;
      const shape = parent.children.length > 2 ? skeleton(child) : "";
      const before = alike.get(shape) || 0;
      alike.set(shape, before + 1);
      if (shape && before > 1 && !wanted(child)) child.remove();
      else thin(child);
    }
  };
  const frame = [...document.querySelectorAll("body > header, body > footer")];
  const shapes = frame.map(skeleton);
  frame.forEach((part, at) => { if (met.includes(shapes[at])) part.remove(); });
  thin(document.body);
  return shapes;
}
