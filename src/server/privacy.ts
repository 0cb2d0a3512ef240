// The page /privacy: what this relay keeps and for how long, made from the settings it runs with, in English and German.
// It needs no script, and says nothing of any room.

import type { Limits } from "../protocol/relay-limits.ts";
import { dayMs, hourMs, minuteMs, secondMs } from "../protocol/units.ts";
import { escapeHtml } from "./html.ts";
import { spellSize } from "./values.ts";

/** Who answers for the certificate: a proxy that has it, nobody else or whoever sold it, or an authority, public or here. */
export type VouchedBy = "proxy" | "files" | "acme" | "local-ca";

/** What of the settings a guest may want to know. */
export interface PrivacyFacts {
  readonly version: string;
  readonly limits: Limits;
  /** Whether anything is logged at all, and with addresses. */
  readonly logs: boolean;
  readonly logAddresses: boolean;
  readonly trustProxy: boolean;
  readonly vouchedBy: VouchedBy;
  /** How to reach whoever runs this, as they wrote it; null when they did not. */
  readonly contact: string | null;
  /** The path of the page's style sheet. */
  readonly stylesheet: string | null;
}

export type Language = "en" | "de";

/** The language that `Accept-Language` (RFC 9110, section 12.5.4) likes best of those we have. */
export function preferredLanguage(accepted: string | undefined): Language {
  const wanted = (accepted ?? "").split(",").map((each) => {
    const [tag = "", ...parameters] = each.trim().toLowerCase().split(";");
    const weight = parameters.map((text) => /^\s*q=([01](?:\.\d{1,3})?)$/.exec(text)?.[1]).find(Boolean);
    return { language: tag.split("-")[0], weight: Number(weight ?? 1) };
  });
  const known = wanted.filter(
    ({ language, weight }) => weight > 0 && (language === "en" || language === "de"),
  );
  return known.toSorted((a, b) => b.weight - a.weight)[0]?.language === "de" ? "de" : "en";
}

/** The whole page. */
export function privacyPage(language: Language, facts: PrivacyFacts): string {
  const { title, intro, parts } = (language === "de" ? german : english)(facts);
  const sections = parts.map(
    ({ heading, lines }) =>
      `<h2>${escapeHtml(heading)}</h2>\n<ul>\n${lines.map((line) => `<li>${escapeHtml(line)}</li>\n`).join("")}</ul>\n`,
  );
  const style =
    facts.stylesheet === null ? "" : `<link rel="stylesheet" href="${escapeHtml(facts.stylesheet)}">\n`;
  return (
    `<!doctype html>\n<html lang="${language}">\n<head>\n<meta charset="utf-8">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n` +
    `<title>${escapeHtml(title)}</title>\n${style}</head>\n<body class="letter">\n<main>\n<h1>${escapeHtml(title)}</h1>\n` +
    `<p>${escapeHtml(intro)}</p>\n${sections.join("")}<p><a href="/">secure-room ${escapeHtml(facts.version)}</a></p>\n</main>\n</body>\n</html>\n`
  );
}

interface Letter {
  readonly title: string;
  readonly intro: string;
  readonly parts: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

function english({ limits, logs, logAddresses, trustProxy, vouchedBy, contact }: PrivacyFacts): Letter {
  const age = spellWith({
    d: ["day", "days"],
    h: ["hour", "hours"],
    m: ["minute", "minutes"],
    s: ["second", "seconds"],
  });
  const keepsMessages = `Of each room at most the last ${limits.history} sealed messages, for at most ${age(limits.historyAgeMs)}, and less where the room lets messages disappear earlier.`;
  const secrets = {
    proxy: "A random salt.",
    files: "Its certificate with the key, and a random salt.",
    acme: "Its certificate with the key, the key of its account with the authority that issued it, and a random salt.",
    "local-ca":
      "Its certificate with the key, those of the authority in this network that issued it, and a random salt.",
  }[vouchedBy];
  const log = logAddresses
    ? "It names the network addresses of those who were refused, never a room or a name."
    : "It holds no address, no room and no name.";
  return {
    title: "What this server keeps",
    intro:
      "This server passes sealed messages on between people who know the same words. It has neither the words nor the keys made from them, so it can read no message, no file and no name.",
    parts: [
      {
        heading: "On disk",
        lines: [
          `${secrets} No message, no file, no name, no list of people.`,
          logs ? `A log of what was refused, where whoever runs this keeps it. ${log}` : "No log.",
        ],
      },
      {
        heading: "In memory, at most until it stops",
        lines: [
          limits.history === 0 ? "Of rooms no messages: they are passed on and forgotten." : keepsMessages,
          `Sealed files of up to ${spellSize(limits.maxFileBytes)}, for at most ${age(limits.fileAgeMs)}.`,
          "For each open room a number made from its words, from which the words cannot be read, and a mark for each member in the place of the name.",
        ],
      },
      {
        heading: "What it can see",
        lines: [
          trustProxy
            ? "Your network address, as the proxy in front of it names it, while you are connected. What that proxy keeps is not in this server’s power."
            : "Your network address, while you are connected.",
          "When something is said, by which mark, and roughly how long it is. Not what.",
        ],
      },
      {
        heading: "In your browser",
        lines: [
          "What was said stands in the tab and goes with it. It outlives a reload, and is otherwise kept on your device only where you asked for that.",
          "No cookie, no measuring, nothing from another server.",
        ],
      },
      {
        heading: "Who runs it",
        lines: [contact ?? "Whoever gave you the link. They have left no address here."],
      },
    ],
  };
}

function german({ limits, logs, logAddresses, trustProxy, vouchedBy, contact }: PrivacyFacts): Letter {
  const age = spellWith({
    d: ["Tag", "Tage"],
    h: ["Stunde", "Stunden"],
    m: ["Minute", "Minuten"],
    s: ["Sekunde", "Sekunden"],
  });
  const keepsMessages = `Von jedem Raum höchstens die letzten ${limits.history} versiegelten Nachrichten, längstens ${age(limits.historyAgeMs)}, und kürzer, wo der Raum Nachrichten früher verschwinden lässt.`;
  const secrets = {
    proxy: "Ein zufälliges Salz.",
    files: "Sein Zertifikat mit dem Schlüssel und ein zufälliges Salz.",
    acme: "Sein Zertifikat mit dem Schlüssel, der Schlüssel seines Kontos bei der Stelle, die es ausgestellt hat, und ein zufälliges Salz.",
    "local-ca":
      "Sein Zertifikat mit dem Schlüssel, beides auch von der Stelle in diesem Netz, die es ausgestellt hat, und ein zufälliges Salz.",
  }[vouchedBy];
  const log = logAddresses
    ? "Es nennt die Netzadressen derer, die abgewiesen wurden, nie einen Raum oder einen Namen."
    : "Es enthält keine Adresse, keinen Raum und keinen Namen.";
  return {
    title: "Was dieser Server aufbewahrt",
    intro:
      "Dieser Server reicht versiegelte Nachrichten zwischen Menschen weiter, die dieselben Wörter kennen. Er hat weder die Wörter noch die Schlüssel daraus und kann deshalb keine Nachricht, keine Datei und keinen Namen lesen.",
    parts: [
      {
        heading: "Auf der Platte",
        lines: [
          `${secrets} Keine Nachricht, keine Datei, kein Name, keine Liste von Menschen.`,
          logs
            ? `Ein Protokoll dessen, was abgewiesen wurde, dort, wo der Betreiber es ablegt. ${log}`
            : "Kein Protokoll.",
        ],
      },
      {
        heading: "Im Speicher, längstens bis er anhält",
        lines: [
          limits.history === 0
            ? "Von Räumen keine Nachrichten: Sie werden weitergereicht und vergessen."
            : keepsMessages,
          `Versiegelte Dateien bis ${spellSize(limits.maxFileBytes)}, längstens ${age(limits.fileAgeMs)}.`,
          "Für jeden offenen Raum eine Zahl, die aus seinen Wörtern gemacht ist und sie nicht verrät, und anstelle des Namens ein Zeichen für jedes Mitglied.",
        ],
      },
      {
        heading: "Was er sehen kann",
        lines: [
          trustProxy
            ? "Deine Netzadresse, wie der Proxy vor ihm sie nennt, solange du verbunden bist. Was jener Proxy aufbewahrt, liegt nicht in der Hand dieses Servers."
            : "Deine Netzadresse, solange du verbunden bist.",
          "Wann etwas gesagt wird, unter welchem Zeichen, und ungefähr wie lang es ist. Nicht, was.",
        ],
      },
      {
        heading: "In deinem Browser",
        lines: [
          "Was gesagt wurde, steht im Tab und geht mit ihm. Es übersteht ein Neuladen; sonst bleibt auf deinem Gerät nur, worum du gebeten hast.",
          "Kein Cookie, keine Messung, nichts von einem anderen Server.",
        ],
      },
      {
        heading: "Wer ihn betreibt",
        lines: [contact ?? "Wer dir den Link gegeben hat. Eine Adresse ist hier nicht hinterlegt."],
      },
    ],
  };
}

type Unit = "d" | "h" | "m" | "s";

/** Spells milliseconds in the largest unit that they are whole in. */
function spellWith(names: Readonly<Record<Unit, readonly [one: string, many: string]>>) {
  const units: readonly (readonly [Unit, number])[] = [
    ["d", dayMs],
    ["h", hourMs],
    ["m", minuteMs],
    ["s", secondMs],
  ];
  return (ms: number): string => {
    // One day is said as 24 hours, as the flag has it.
    const [unit, length] = units.find(([, each]) => ms % each === 0 && (ms > each || each < hourMs)) ?? [
      "s",
      secondMs,
    ];
    const count = ms / length;
    return `${count} ${names[unit][count === 1 ? 0 : 1]}`;
  };
}
