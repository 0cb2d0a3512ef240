export const draw = () => document.createElement("p");
