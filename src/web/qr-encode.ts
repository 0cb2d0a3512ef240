// What makes the squares of a QR code: a file of its own for the browser, which only those fetch who share a room.

export { encode } from "uqr";
