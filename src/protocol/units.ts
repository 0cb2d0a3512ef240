// What a size and a time are counted in here: bytes and milliseconds.

export const kiB = 1024;
export const miB = 1024 * kiB;
export const giB = 1024 * miB;

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
