// A page that is loaded once, with axe in it, shows what is left of other pages (thin.js): axe starts cold on every new
// document, which costs more than the judging. `null`: tell what stands on this page. Else show what another one told.
told => {
  if (told === null) {
    // of a copy that loads nothing, so that the page stays as it is
    const body = document.implementation.createHTMLDocument("").importNode(document.body, true);
    const fields = "input[type=checkbox], input[type=radio]", shown = document.body.querySelectorAll(fields);
    body.querySelectorAll(fields).forEach((field, at) => field.toggleAttribute("checked", shown[at].checked));
    for (const image of body.querySelectorAll("img[src], img[srcset]")) { image.removeAttribute("srcset"); image.setAttribute("src", "data:,"); }
    const attributes = element => Object.fromEntries([...element.attributes].map(({name, value}) => [name, value]));
    return {
      html: attributes(document.documentElement), body: attributes(document.body), content: body.innerHTML,
      head: [...document.head.querySelectorAll("title, meta")].map(element => element.outerHTML).join(""),
      sheets: [...document.querySelectorAll("link[rel=stylesheet]")].map(link => [link.getAttribute("href"), link.media]),
    };
  }
  const dress = (element, attributes) => {
    for (const {name} of [...element.attributes]) element.removeAttribute(name);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  };
  dress(document.documentElement, told.html);
  dress(document.body, told.body);
  for (const element of document.head.querySelectorAll("title, meta")) element.remove();
  document.head.insertAdjacentHTML("afterbegin", told.head);
  document.body.innerHTML = told.content;
  // what a script gave an element, the content security policy takes from an attribute
  for (const element of document.body.querySelectorAll("[style]")) element.style.cssText = element.getAttribute("style");
  const worn = [...document.querySelectorAll("link[rel=stylesheet]")];
  if (JSON.stringify(worn.map(link => [link.getAttribute("href"), link.media])) === JSON.stringify(told.sheets)) return null;
  worn.forEach(link => link.remove());
  return Promise.all(told.sheets.map(([href, media]) => new Promise((done, failed) => {
    const link = document.createElement("link");
    Object.assign(link, {rel: "stylesheet", media, onload: done, onerror: () => failed(new Error(href + " does not load"))});
    link.setAttribute("href", href);
    document.head.append(link);
  }))).then(() => null);
}
