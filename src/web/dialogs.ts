// The dialogs of the page: letting somebody in, the room code, leaving, and what the person must decide. All are
// modal <dialog> elements: the browser keeps the focus in them and closes them on Escape.

import type { RoomSymbol } from "../crypto/symbols.ts";
import type { Status } from "../session/events.ts";
import { checkName } from "../crypto/name.ts";
import { secondMs } from "../protocol/units.ts";
import { button, h } from "./dom.ts";
import { qrCode } from "./qr.ts";
import { wording } from "./language.ts";

/** Shows a dialog until it is closed, then forgets it. */
export function openDialog(
  className: string,
  title: string,
  ...content: readonly (Node | string)[]
): HTMLDialogElement {
  const heading = h("h2", { attributes: { id: "dialog-title" } }, title);
  const dialog = h(
    "dialog",
    { class: className, attributes: { "aria-labelledby": "dialog-title" } },
    h("div", { class: "sheet" }, heading, ...content),
  );
  // The sheet fills the dialog, so the dialog itself is hit only beside it. A press that began inside, on a text that
  // is being selected, is none.
  let pressedBeside = false;
  dialog.addEventListener("pointerdown", ({ target }) => (pressedBeside = target === dialog));
  dialog.addEventListener("click", ({ target }) => {
    if (pressedBeside && target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** The foot of a dialog that asks nothing: it ends it, and stays in reach however far the rest is scrolled. */
export function doneFoot(kind: "primary" | "secondary"): HTMLElement {
  const foot = h(
    "div",
    { class: "foot" },
    button(kind, wording.done, () => foot.closest("dialog")?.close()),
  );
  return foot;
}

/** Puts the focus on the dialog itself: it is read from its beginning, and no key changes anything in it. */
export function beginAtTop(dialog: HTMLDialogElement): void {
  dialog.tabIndex = -1;
  dialog.focus();
  dialog.scrollTop = 0;
}

/** How to let somebody in: the link, its QR code, and the words alone. */
export function openShareDialog(link: string, phrase: string): void {
  const linkField = h("input", { attributes: { readonly: "", "aria-label": wording.link } });
  linkField.value = link;
  linkField.addEventListener("focus", () => linkField.select());
  const words = h("ol", { class: "words", attributes: { "aria-label": wording.words } });
  words.append(...phrase.split(" ").map((word) => h("li", {}, word)));
  const said = h("p", { class: "quiet", attributes: { role: "status" } });
  const copy = async (text: string) => {
    said.textContent = (await copied(text)) ? wording.copied : wording.copyFailed;
  };
  const copyLink = button("primary", wording.copyLink, () => void copy(link));
  copyLink.autofocus = true;
  const qr = h("figure", {}, h("figcaption", { class: "quiet" }, wording.qr));
  // Without a drawing the link and the words still stand beside it.
  void qrCode(link)
    .catch(() => null)
    .then((code) => (code === null ? qr.remove() : qr.prepend(code)));
  openDialog(
    "share",
    wording.shareTitle,
    h("p", { class: "quiet" }, wording.shareHint),
    h(
      "div",
      { class: "share-columns" },
      qr,
      h(
        "div",
        {},
        h("h3", {}, wording.link),
        linkField,
        h("div", { class: "row" }, copyLink, sendTo(link)),
        h("h3", {}, wording.words),
        words,
        button("secondary", wording.copyWords, () => void copy(phrase)),
        said,
      ),
    ),
    doneFoot("secondary"),
  );
}

/** The phone's own share sheet, where there is one. */
function sendTo(link: string): HTMLElement | null {
  if (!("share" in navigator)) return null;
  const share = () => {
    // Closing the sheet rejects; there is nothing to say about that.
    navigator.share({ title: wording.title, url: link }).catch(() => {});
  };
  return button("secondary", wording.sendTo, share);
}

/** Puts a text into the clipboard; false when the browser does not let us. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What the five pictures are for. */
export function openCodeDialog(code: readonly RoomSymbol[]): void {
  const pictures = code.map((each) =>
    h(
      "li",
      {},
      h("span", { class: "picture", attributes: { "aria-hidden": "true" } }, each.symbol),
      wording.symbolName(each),
    ),
  );
  openDialog(
    "code-dialog",
    wording.roomCode,
    h("ol", { class: "pictures" }, ...pictures),
    h("p", {}, wording.roomCodeHint),
    doneFoot("primary"),
  );
}

/** The list of members, where the window is too narrow to have it beside the messages. */
export function openPeopleDialog(people: HTMLElement, putBack: () => void): void {
  const dialog = openDialog("people-dialog", wording.people, people, doneFoot("secondary"));
  beginAtTop(dialog);
  dialog.addEventListener("close", putBack);
}

/** Asks before deleting for everybody, or before taking back what is not out. */
export function openDeleteDialog(isOut: boolean, remove: () => void): void {
  const dialog = openDialog(
    "delete-dialog",
    isOut ? wording.deleteTitle : wording.takeBackTitle,
    h("p", {}, isOut ? wording.deleteHint : wording.takeBackHint),
    h(
      "div",
      { class: "row" },
      button("primary", wording.delete, () => {
        dialog.close();
        remove();
      }),
      button("secondary", wording.cancel, () => dialog.close()),
    ),
  );
}

/** Asks before leaving; says so when something has not been sent. */
export function openLeaveDialog(unsent: number, leave: () => void): void {
  const dialog = openDialog(
    "leave-dialog",
    wording.leaveHint,
    h("p", {}, wording.leaveLoses),
    unsent > 0 ? h("p", { class: "doubt" }, wording.leaveUnsent(unsent)) : "",
    h(
      "div",
      { class: "row" },
      button("primary", wording.leave, () => {
        dialog.close();
        leave();
      }),
      button("secondary", wording.stay, () => dialog.close()),
    ),
  );
}

export interface Decisions {
  readonly rename: (name: string) => void;
  readonly again: () => void;
  readonly comeBack: () => void;
}

/** The relay did not let us in, or has closed for good: what it is, and what the person can do. */
export function createDecision(
  status: Extract<Status, { state: "refused" | "left" }>,
  name: string,
  decide: Decisions,
): HTMLElement {
  if (status.state === "refused" && status.why === "room-full") {
    return decision(
      wording.roomFull,
      wording.roomFullHint,
      button("primary", wording.tryAgain, decide.again),
    );
  }
  if (status.state === "refused") return nameTaken(status.retryAfterMs, name, decide);
  if (status.why === "taken-over") {
    return decision(
      wording.takenOver,
      wording.takenOverHint,
      button("primary", wording.comeBack, decide.comeBack),
    );
  }
  const reload = button("primary", wording.reload, () => location.reload());
  return decision(wording.refusedByRelay, wording.refusedByRelayHint, reload);
}

function nameTaken(retryAfterMs: number | null, name: string, decide: Decisions): HTMLElement {
  const field = h("input", {
    attributes: { "aria-label": wording.nameLabel, maxlength: "128", dir: "auto" },
  });
  const fault = h("p", { class: "fault", attributes: { role: "alert" } });
  field.value = name;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const checked = checkName(field.value);
    if (checked.kind === "name") decide.rename(checked.name);
    else fault.textContent = wording.nameFaults[checked.why];
  };
  const use = h("button", { class: "primary", attributes: { type: "submit" } }, wording.useName);
  const hint = h("span", { attributes: { "aria-live": "off" } }, wording.nameTakenHint);
  if (retryAfterMs !== null) {
    countDown(retryAfterMs, hint, () => {
      // Who has begun to type another name wants that one.
      if (field.value === name) decide.again();
      else hint.textContent = wording.nameTakenHint;
    });
  }
  const again = retryAfterMs === null ? null : button("secondary", wording.tryAgain, decide.again);
  field.addEventListener("focus", () => field.select());
  return decision(
    wording.nameTaken(name),
    hint,
    h("form", { on: { submit } }, field, fault, h("div", { class: "row" }, use, again)),
  );
}

/** Says in `hint` when the name is free again, as long as that is the question, and tells when it is. */
function countDown(ms: number, hint: HTMLElement, over: () => void): void {
  const freeAt = Date.now() + ms;
  const tick = (): void => {
    const leftMs = Math.max(0, freeAt - Date.now());
    hint.textContent = wording.nameTakenWait(Math.ceil(leftMs / secondMs));
    setTimeout(
      () => {
        // Not `isConnected`: the room may lie behind another.
        if (hint.closest(".question") !== null) (Date.now() < freeAt ? tick : over)();
      },
      Math.min(leftMs, secondMs),
    );
  };
  tick();
}

function decision(title: string, hint: Node | string, ...actions: readonly Node[]): HTMLElement {
  return h(
    "section",
    { class: "decision", attributes: { role: "alert" } },
    h("h2", {}, title),
    h("p", {}, hint),
    ...actions,
  );
}
