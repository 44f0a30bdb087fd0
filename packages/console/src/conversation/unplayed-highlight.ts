// Draws text quieter by the CSS highlight `unplayed`, which changes no element, so that nothing moves and no text is shaped anew.

/** Absent in browsers without custom highlights: there the text stays as it is. */
const highlight = typeof Highlight === 'function' ? new Highlight() : undefined;
if (highlight) CSS.highlights.set('unplayed', highlight);

const wantsStill = matchMedia('(prefers-reduced-motion: reduce)');

/** Makes the text of an element quieter from a character on. Returns what ends it. */
export function quietenFrom(element: HTMLElement, chars: number): (() => void) | undefined {
  if (!highlight || wantsStill.matches) return undefined;
  const range = new Range();
  range.selectNodeContents(element);
  const [node, offset] = placeOf(element, chars);
  if (node) range.setStart(node, offset);
  else range.collapse(false);
  highlight.add(range);
  return () => void highlight.delete(range);
}

/** The place of a character in the text nodes; none after the last. The name of an unseen character stands for one. */
function placeOf(element: HTMLElement, chars: number): [node: Node | null, offset: number] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = chars;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const isName = node.parentElement?.className === 'unseen';
    const length = isName ? 1 : (node.nodeValue ?? '').length;
    if (left < length) return [node, isName ? 0 : left];
    left -= length;
  }
  return [null, 0];
}
