// The only place where elements are made. Text goes in as text nodes, so whatever somebody wrote stays text.

type Child = Node | string | null;
type Listeners = {
  readonly [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void;
};

interface Props {
  readonly class?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: Listeners;
}

/** Makes an element. Children that are null are left out; strings become text. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (props.class !== undefined) element.className = props.class;
  setAttributes(element, props.attributes);
  for (const [name, listener] of Object.entries(props.on ?? {})) {
    element.addEventListener(name, listener as EventListener);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Makes an SVG drawing of one filled path; `size` is the side of its square view box. */
export function drawing(className: string, size: number, path: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  setAttributes(svg, { class: className, viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true" });
  setAttributes(shape, { d: path });
  svg.append(shape);
  return svg;
}

/** Makes a button that does not submit a form. */
export function button(className: string, label: Child, press: () => void): HTMLButtonElement {
  return h("button", { class: className, attributes: { type: "button" }, on: { click: press } }, label);
}

/**
 * Changes a part of the page. Whoever stood in it on something that is hidden or gone afterwards is put elsewhere by
 * `next`: the focus must not fall to nowhere.
 */
export function passFocus(part: Element, change: () => void, next: () => void): void {
  const { activeElement } = document;
  const wasIn = part.contains(activeElement);
  change();
  if (wasIn && activeElement?.getClientRects().length === 0) next();
}

function setAttributes(element: Element, attributes: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}
