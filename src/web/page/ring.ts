/** A ring as a picture of its own, with the page’s style in it. */
export function ringSvg(field: SVGSVGElement): string {
  const copy = field.cloneNode(true) as SVGElement;
  // What is for hands and readers of the page says nothing in a picture.
  for (const one of [copy, ...copy.querySelectorAll('*')]) for (const name of ['tabindex', 'role', 'aria-pressed', 'data-general', 'data-node', 'data-message']) one.removeAttribute(name);
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  style.textContent = rules.map(({ cssText }) => cssText).filter((text) => /^:root|^@media \(prefers-color-scheme|^\.|^svg/.test(text)).join('\n');
  copy.prepend(style);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  const { width, height } = field.viewBox.baseVal;
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}
