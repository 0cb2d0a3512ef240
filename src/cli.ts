// The command: reads flags and environment, starts the relay, welcomes the host, stops on Ctrl-C.
// The only importer of commander and of the page that the build embeds. Every mistake is one line and an exit code.

import { randomBytes } from "node:crypto";
import { Command, CommanderError, Option } from "commander";
import { files, version } from "secure-room:page";
import { sameSignalMs } from "./protocol/limits.ts";
import { decodePage } from "./server/assets.ts";
import { createChallenges } from "./server/acme-challenges.ts";
import { readDescriptorLimit } from "./server/descriptors.ts";
import { guardFolder } from "./server/guard.ts";
import { limitRows, plainRows, spellDefault, valueOf } from "./server/flags.ts";
import { urlOf } from "./server/hosts.ts";
import { findIdentity, hasIdentity, secretsOf } from "./server/identity.ts";
import { createLog } from "./server/logger.ts";
import { Mistake } from "./server/mistake.ts";
import { start, type Running, type StopCode } from "./server/server.ts";
import { readSettings, type Settings } from "./server/settings.ts";
import { findSalt, openFolder, saltName, usualFolder } from "./server/state.ts";
import { inviteWelcome, plainWelcome, type WelcomeFacts } from "./terminal/welcome.ts";

// A reader that goes away (`| head`) is no reason to stop.
process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
process.on("uncaughtException", (thrown) => {
  fail(`this should not have happened: ${thrown.message || String(thrown)}`);
});

void main();

async function main(): Promise<void> {
  try {
    await buildCommand().parseAsync();
  } catch (thrown) {
    // Commander has said what is wrong already, and ends `--help` and `--version` this way too.
    if (thrown instanceof CommanderError) process.exit(thrown.exitCode);
    if (thrown instanceof Mistake) fail(thrown.message);
    throw thrown;
  }
}

function buildCommand(): Command {
  const program = new Command("secure-room")
    .exitOverride()
    .version(version, "-V, --version")
    .configureHelp({ formatHelp: () => helpText() })
    .configureOutput({
      outputError: (text, write) => write(`secure-room: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
  const serve = program
    .command("serve", { isDefault: true })
    .allowExcessArguments()
    .action(async (flags: Record<string, string | string[] | boolean>, command: Command) => {
      const [stranger] = command.args;
      if (stranger !== undefined) {
        throw new Mistake(
          `there is no command ${JSON.stringify(stranger)}: secure-room --help tells what there is`,
        );
      }
      await runServe(byFlag(flags, command));
    });
  for (const row of plainRows) {
    const option = new Option(row.value === undefined ? `--${row.flag}` : `--${row.flag} <${row.value}>`);
    if (row.repeatable) option.argParser((value, before: string[] | undefined) => [...(before ?? []), value]);
    serve.addOption(option);
  }
  for (const row of limitRows) serve.addOption(new Option(`--${row.flag} <${valueOf(row)}>`));
  return program;
}

/** Commander's `maxMembers` by the flag's own name, `max-members`. */
function byFlag(
  flags: Readonly<Record<string, string | string[] | boolean>>,
  command: Command,
): Record<string, string | string[] | boolean | undefined> {
  return Object.fromEntries(command.options.map((option) => [option.name(), flags[option.attributeName()]]));
}

async function runServe(flags: Record<string, string | string[] | boolean | undefined>): Promise<void> {
  const descriptorLimit = readDescriptorLimit();
  const settings = readSettings({ flags, env: process.env, descriptorLimit });
  const folder = settings.certs ?? usualFolder(process.platform, process.env);
  const log = createLog(
    settings.logLevel,
    (line) => process.stderr.write(line),
    () => new Date(),
  );
  await openFolder(folder);
  const guarded = await guardFolder(folder, { secrets: secretsOf(settings), fixed: saltName });
  const hadCertificate = await hasIdentity(folder);
  const challenges = createChallenges();
  const identity = await findIdentity({ settings, folder, challenges, log, version });
  const { salt, made: madeSalt } = await findSalt(folder, randomBytes);
  const starting = start({
    ...settings,
    descriptorLimit,
    certificate: identity.certificate,
    challenges,
    routes: identity.routes,
    salt,
    page: decodePage(files),
    version,
    log,
  });
  // Before it listens: whoever can connect can also stop it.
  const signals = stopOnSignals(starting);
  const running = await starting;
  if (settings.acme !== null && !identity.certificate.own) {
    process.stdout.write(`getting a certificate for ${settings.acme.domain} …\n`);
  }
  const kept = await identity.keepFresh(running);
  signals.reload = kept.reload;
  const { certificate } = kept;
  const urls = identity.hosts.map((host) => urlOf(host, running.port));
  const [url = ""] = urls;
  await welcome(settings.quiet, {
    version,
    urls: kept.url === null ? urls : [kept.url, ...urls],
    fingerprint: identity.authority?.fingerprint ?? certificate.fingerprint,
    browserWarns: !certificate.own,
    authorityUrl: identity.authority === null ? null : `${url}/ca`,
    notices: [
      ...guarded,
      ...identity.notices,
      ...kept.notices,
      ...(madeSalt ? saltNotice(folder, settings, hadCertificate) : []),
    ],
  });
}

/** What a new salt means for rooms that guests may know from before; nothing where no relay can have run before. */
function saltNotice(folder: string, { own }: Settings, hadCertificate: boolean): string[] {
  if (hadCertificate) return ["The salt was missing and was made anew: earlier rooms will not be found."];
  // With an operator's certificate the folder looks the same at a first start and after a loss.
  if (own === null) return [];
  return [`A salt was made in ${folder}: rooms of a relay before this one will not be found.`];
}

async function welcome(quiet: boolean, facts: WelcomeFacts): Promise<void> {
  const { stdout, env } = process;
  if (quiet || !stdout.isTTY) {
    stdout.write(plainWelcome(facts));
    return;
  }
  const colours = !env["NO_COLOR"] && env["TERM"] !== "dumb";
  stdout.write(await inviteWelcome(facts, { colours, columns: stdout.columns }, randomBytes));
}

/** What a signal does beside stopping. */
interface Signals {
  /** Reads the certificate's files anew; null where there are none. */
  reload: (() => Promise<void>) | null;
}

/**
 * Ctrl-C and a closed terminal stop at once, SIGTERM lets guests go spread out. A second Ctrl-C does not wait. Without a
 * terminal SIGHUP is what it is for other servers: a sign that the operator's certificate has changed.
 */
function stopOnSignals(starting: Promise<Running>): Signals {
  const signals: Signals = { reload: null };
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY;
  let stoppingSinceMs: number | null = null;
  const stop = (code: StopCode) => () => {
    const nowMs = performance.now();
    if (stoppingSinceMs !== null) {
      // Under npx one Ctrl-C comes twice, and guests must still hear that the relay stops.
      if (nowMs - stoppingSinceMs >= sameSignalMs) process.exit(0);
      return;
    }
    stoppingSinceMs = nowMs;
    // The shell's prompt would stand behind the ^C.
    if (process.stdout.isTTY) process.stdout.write("\n");
    starting
      .then((running) => running.stop(code))
      .then(
        () => {
          process.stdout.write("stopped: guests were told, and nothing that was said is kept here\n");
          process.exit(0);
        },
        (thrown: unknown) => fail(`could not stop cleanly: ${String(thrown)}`),
      );
  };
  process.on("SIGINT", stop(1001));
  process.on("SIGHUP", () => {
    if (signals.reload === null || hasTerminal) stop(1001)();
    else void signals.reload();
  });
  process.on("SIGTERM", stop(1012));
  return signals;
}

function helpText(): string {
  return [
    "secure-room [serve] [flags]",
    "",
    "An end-to-end encrypted group chat. Start it, and send the link that it prints.",
    "",
    ...plainRows.map(({ flag, value, help }) => helpLine(value ? `--${flag} ${value}` : `--${flag}`, help)),
    helpLine("-V, --version", "the version"),
    helpLine("-h, --help", "this text"),
    "",
    "Limits (in brackets what holds without the flag)",
    ...limitRows.map((row) =>
      helpLine(`--${row.flag} ${valueOf(row)}`, `${row.help} (${spellDefault(row)})`),
    ),
    "",
    "SIZE is bytes or 512KiB, 4MiB, 1GiB. AGE is seconds or 90s, 30m, 24h, 7d. RATE",
    "is what flows in, or RATE:BURST with what may come at once. 0 turns off a rate,",
    "a share and --max-connections-per-ip.",
    "",
    "Each flag is an environment variable too: SECURE_ROOM_MAX_MEMBERS=20.",
    "",
  ].join("\n");
}

function helpLine(flag: string, help: string): string {
  return `  ${flag.padEnd(28)} ${help}`;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}

function fail(message: string): never {
  process.stderr.write(`secure-room: ${oneLine(message)}\n`);
  process.exit(1);
}
