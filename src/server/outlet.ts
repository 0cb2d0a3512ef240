// What goes out over one socket, in order; the first of it in small pieces.
//
// Node's TLS keeps a buffer of 1 KiB per connection, and beside it, from the first write that is larger and for good, one
// of 16 KiB. A member who mostly listens is told one message at a time and needs only the small one: were it not for the
// greeting, which is told at once. Ten thousand of them hold 100 MiB less this way.

import type { Duplex } from "node:stream";
import { firstPieceBytes, mostFirstBytes } from "../protocol/limits.ts";

type Written = () => void;

/** In `pieces` until the first of all writes has gone; what is written meanwhile waits behind it. */
export class Outlet {
  protected readonly socket: Duplex;
  #isFirst = true;
  /** Null but while in pieces. */
  #waiting: { readonly bytes: Uint8Array; readonly written: Written | undefined }[] | null = null;
  #waitingBytes = 0;
  #isEnding = false;

  constructor(socket: Duplex) {
    this.socket = socket;
  }

  /** What has been written here and not been taken by the network. */
  get queuedBytes(): number {
    return this.socket.writableLength + this.#waitingBytes;
  }

  /** @param written called when it has gone, or never will */
  write(bytes: Uint8Array, written?: Written): void {
    if (this.#waiting !== null) {
      this.#waiting.push({ bytes, written });
      this.#waitingBytes += bytes.length;
      return;
    }
    const isWhole = !this.#isFirst || bytes.length <= firstPieceBytes || bytes.length > mostFirstBytes;
    this.#isFirst = false;
    if (isWhole) return this.#hand(bytes, written);
    this.#waiting = [];
    this.#waitingBytes = bytes.length;
    this.#handPieces(bytes, written);
  }

  /** Says that nothing more comes, behind everything. */
  end(): void {
    this.#isEnding = true;
    if (this.#waiting === null) this.socket.end();
  }

  #hand(bytes: Uint8Array, written: Written | undefined): void {
    if (written === undefined) this.socket.write(bytes);
    else this.socket.write(bytes, () => written());
  }

  #handPieces(bytes: Uint8Array, written: Written | undefined): void {
    const piece = bytes.subarray(0, firstPieceBytes);
    const rest = bytes.subarray(firstPieceBytes);
    this.#waitingBytes -= piece.length;
    this.socket.write(piece, () => {
      if (rest.length > 0 && !this.socket.destroyed) return this.#handPieces(rest, written);
      written?.();
      this.#handWaiting();
    });
  }

  #handWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    this.#waitingBytes = 0;
    for (const { bytes, written } of waiting) this.#hand(bytes, written);
    if (this.#isEnding) this.socket.end();
  }
}
