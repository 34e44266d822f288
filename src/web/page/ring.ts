/** A ring as a picture of its own, with the page’s style in it. */
export function ringSvg(field: SVGSVGElement): string {
  const copy = field.cloneNode(true) as SVGElement;
  // What is for hands and readers of the page says nothing in a picture.
  const unneeded = ['tabindex', 'role', 'aria-pressed', 'data-general', 'data-node', 'data-message'];
  for (const one of [copy, ...copy.querySelectorAll('*')]) for (const name of unneeded) one.removeAttribute(name);
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  style.textContent = rules.filter((rule) => isFor(copy, rule)).map(({ cssText }) => cssText).join('\n');
  copy.prepend(style);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const { width, height } = field.viewBox.baseVal;
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

/** Whether a rule says what anything in a picture looks like: colours of light and dark, and what it has of its own. */
const isFor = (picture: SVGElement, rule: CSSRule): boolean =>
  rule instanceof CSSStyleRule
    ? rule.selectorText === ':root' || (/^\.|^svg/.test(rule.selectorText) && (picture.matches(rule.selectorText) || picture.querySelector(rule.selectorText) !== null))
    : rule.cssText.startsWith('@media (prefers-color-scheme');
