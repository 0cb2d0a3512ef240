export const draw = (place: Element, text: string) => {
  place.innerHTML = text;
};
