// Records a voice note: a strip with the elapsed time, a way to end it and a way to throw it away. What was recorded is
// handed on; nothing is sent from here.

import { maxVoiceMs } from "../protocol/limits.ts";
import { button, h, passFocus } from "./dom.ts";
import { wording } from "./language.ts";

/** The first that the browser records; what stands first can be played everywhere. */
const formats = ["audio/webm;codecs=opus", "audio/mp4;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const extensions: Readonly<Record<string, string>> = {
  "audio/webm": "webm",
  "audio/mp4": "m4a",
  "audio/ogg": "ogg",
};
const tickMs = 250;

export interface Voice {
  /** Hidden while nothing is recorded. */
  readonly element: HTMLElement;
  /** Asks for the microphone and begins; nothing happens while one is recorded. */
  readonly record: () => void;
  /** Throws away what is being recorded. */
  readonly stop: () => void;
}

/** Whether this browser can record at all. */
export function canRecord(): boolean {
  return "mediaDevices" in navigator && "MediaRecorder" in globalThis;
}

/** Builds the strip; `done` gets what was recorded, `fail` a sentence, `type` leads back to where one types. */
export function createVoice(
  done: (note: File) => void,
  fail: (sentence: string) => void,
  type: () => void,
): Voice {
  const words = wording.files;
  const elapsed = h("span", { class: "elapsed", attributes: { role: "timer" } });
  const endButton = button("primary", wording.done, () => end(true));
  const element = h(
    "div",
    { class: "recording", attributes: { role: "group", "aria-label": words.recording, hidden: "" } },
    h("span", { class: "dot", attributes: { "aria-hidden": "true" } }),
    h("span", { attributes: { role: "status" } }, words.recording),
    elapsed,
    endButton,
    button("secondary", wording.cancel, () => end(false)),
  );
  let end = (_keep: boolean): void => {};
  let isAsking = false;

  async function record(): Promise<void> {
    if (isAsking || !element.hidden) return;
    isAsking = true;
    // While the browser asks, the person may leave the room.
    let isWanted = true;
    end = () => (isWanted = false);
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (isWanted) listen(stream);
      else silence(stream);
    } catch {
      fail(words.noMicrophone);
    } finally {
      isAsking = false;
    }
  }

  function listen(stream: MediaStream): void {
    const mimeType = formats.find((format) => MediaRecorder.isTypeSupported(format));
    const recorder = new MediaRecorder(stream, mimeType === undefined ? {} : { mimeType });
    const parts: Blob[] = [];
    const startedAt = performance.now();
    const tick = setInterval(show, tickMs);
    let isKept = false;

    function show(): void {
      const ms = performance.now() - startedAt;
      elapsed.textContent = spellTime(ms);
      if (ms >= maxVoiceMs) end(true);
    }

    end = (keep) => {
      if (recorder.state === "inactive") return;
      isKept = keep;
      recorder.stop();
    };
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(tick);
      silence(stream);
      passFocus(element, () => (element.hidden = true), type);
      const [kind = ""] = recorder.mimeType.split(";");
      const name = `${words.voiceName}.${extensions[kind] ?? "audio"}`;
      if (isKept) done(new File(parts, name, { type: kind }));
    });
    // The microphone was unplugged, or taken back: what was said until then is kept.
    stream.getAudioTracks()[0]?.addEventListener("ended", () => end(true));
    recorder.start();
    show();
    element.hidden = false;
    endButton.focus();
  }

  return { element, record: () => void record(), stop: () => end(false) };
}

function silence(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** 1:07 */
function spellTime(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
