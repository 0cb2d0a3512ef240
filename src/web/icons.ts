// Drawings of the page, each one filled path.

export const iconPath = {
  /** View box 64: a speech bubble with a keyhole. */
  mark: "M14 4h36a10 10 0 0 1 10 10v28a10 10 0 0 1-10 10H34L20 62V52h-6A10 10 0 0 1 4 42V14A10 10 0 0 1 14 4zm18 10a8 8 0 0 0-4.4 14.7L25 42h14l-2.6-13.3A8 8 0 0 0 32 14z",
  /** View box 24. */
  people:
    "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0 2c-3.3 0-7 1.7-7 4.5V20h14v-2.5C16 14.7 12.3 13 9 13zm7.5-2a3.5 3.5 0 1 0-1.8-6.5 6 6 0 0 1 0 6c.5.3 1.1.5 1.8.5zm.9 2.2c.4.9.6 1.8.6 3.3V20h4v-2.5c0-2.3-2.2-3.8-4.6-4.3z",
  share: "M12 2 7.5 6.5l1.4 1.4L11 5.8V15h2V5.8l2.1 2.1 1.4-1.4L12 2zM5 10h4v2H6v8h12v-8h-3v-2h5v12H4V10h1z",
  leave: "M4 3h9v2H6v14h7v2H4V3zm12.5 4.5L21 12l-4.5 4.5-1.4-1.4 2.1-2.1H10v-2h7.2l-2.1-2.1 1.4-1.4z",
  attach:
    "M16.5 6v11a4.5 4.5 0 0 1-9 0V5a3 3 0 0 1 6 0v10.5a1.5 1.5 0 0 1-3 0V6H9v9.5a3 3 0 0 0 6 0V5A4.5 4.5 0 0 0 6 5v12a6 6 0 0 0 12 0V6z",
  record:
    "M12 14a3 3 0 0 0 3-3V5a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zm5-3a5 5 0 0 1-10 0H5a7 7 0 0 0 6 6.9V21h2v-3.1a7 7 0 0 0 6-6.9z",
  file: "M6 2h8l6 6v14H4V2zm7 2H6v16h12V9h-5z",
  send: "M3 20.5 21.5 12 3 3.5v6.6L15 12 3 13.9v6.6z",
} as const;
