// The command: reads flags and environment, starts the relay, welcomes the host, stops on Ctrl-C.
// The only importer of commander and of the page that the build embeds. Every mistake is one line and an exit code.

import { randomBytes } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { Command, CommanderError, Option } from "commander";
import { files, version } from "secure-room:page";
import { sameSignalMs } from "./protocol/limits.ts";
import { decodePage } from "./server/assets.ts";
import { readConfig } from "./server/config.ts";
import {
  findCertificate,
  hasCertificate,
  keyName,
  readOwnCertificate,
  type Certificate,
} from "./server/certificate.ts";
import { readDescriptorLimit } from "./server/descriptors.ts";
import { diagnose } from "./server/doctor.ts";
import { examine } from "./server/examine.ts";
import { activatedDescriptor, type Place } from "./server/listen.ts";
import { guardFolder } from "./server/guard.ts";
import { limitRows, plainRows, spellDefault, valueOf, variableOf } from "./server/flags.ts";
import { lanAddresses, reachableHosts, urlOf } from "./server/hosts.ts";
import { createLog } from "./server/logger.ts";
import { Mistake } from "./server/mistake.ts";
import { start, type Running, type StopCode } from "./server/server.ts";
import { readSettings, type Settings } from "./server/settings.ts";
import { findSalt, openFolder, readSaltFile, saltName, usualFolder } from "./server/state.ts";
import { findingLines } from "./terminal/findings.ts";
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
    .action(async (flags: Flags, command: Command) => {
      const [stranger] = command.args;
      if (stranger !== undefined) {
        throw new Mistake(
          `there is no command ${JSON.stringify(stranger)}: secure-room --help tells what there is`,
        );
      }
      await runServe(byFlag(flags, command));
    });
  const doctor = program
    .command("doctor")
    .action((flags: Flags, command: Command) => runDoctor(byFlag(flags, command)));
  for (const command of [serve, doctor]) addSettings(command);
  return program;
}

function addSettings(command: Command): void {
  for (const row of plainRows) {
    const option = new Option(row.value === undefined ? `--${row.flag}` : `--${row.flag} <${row.value}>`);
    if (row.repeatable) option.argParser((value, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(option);
  }
  for (const row of limitRows) command.addOption(new Option(`--${row.flag} <${valueOf(row)}>`));
}

/** What commander has found. */
type Flags = Readonly<Record<string, string | string[] | boolean | undefined>>;

/** Commander's `maxMembers` by the flag's own name, `max-members`. */
function byFlag(flags: Flags, command: Command): Flags {
  return Object.fromEntries(
    command.options.map((option) => {
      const value = flags[option.attributeName()];
      // `--no-tls` is to commander a `tls` that is on without it.
      return [option.name(), option.negate ? value === false : value];
    }),
  );
}

async function readGiven(flags: Flags, descriptorLimit: number | null): Promise<Settings> {
  const { env } = process;
  const path = flags["config"] ?? env[variableOf("config")];
  const config = typeof path === "string" && path !== "" ? await readConfig(path) : {};
  return readSettings({ flags, env, config, descriptorLimit });
}

/** Ends with 1 when something keeps the relay from working. */
async function runDoctor(flags: Flags): Promise<void> {
  const descriptorLimit = readDescriptorLimit();
  const settings = await readGiven(flags, descriptorLimit);
  const folder = settings.certs ?? usualFolder(process.platform, process.env);
  const [host = "localhost"] = reachableHosts(settings.host, lanAddresses(networkInterfaces()));
  const url = settings.url ?? urlOf(settings.tls ? "https" : "http", host, settings.port);
  const findings = diagnose(settings.limits, await examine(settings, folder, url, descriptorLimit));
  process.stdout.write(findingLines(findings));
  if (findings.some(({ verdict }) => verdict === "bad")) process.exit(1);
}

async function runServe(flags: Flags): Promise<void> {
  const descriptorLimit = readDescriptorLimit();
  const settings = await readGiven(flags, descriptorLimit);
  const folder = settings.certs ?? usualFolder(process.platform, process.env);
  const hosts = reachableHosts(settings.host, lanAddresses(networkInterfaces()));
  await openFolder(folder);
  const guarded = await guardFolder(folder, {
    secret: settings.own === null ? keyName : null,
    fixed: saltName,
  });
  const hadCertificate = await hasCertificate(folder);
  const certificate = settings.tls ? await chooseCertificate(settings, folder, hosts) : null;
  const { salt, made: madeSalt } =
    settings.saltFile === null
      ? await findSalt(folder, randomBytes)
      : { salt: await readSaltFile(settings.saltFile), made: false };
  const starting = start({
    ...settings,
    logs: settings.logLevel !== "silent",
    place: placeOf(settings),
    descriptorLimit,
    certificate,
    salt,
    page: decodePage(files),
    version,
    log: createLog(
      settings.logLevel,
      (line) => process.stderr.write(line),
      () => new Date(),
    ),
  });
  // Before it listens: whoever can connect can also stop it.
  stopOnSignals(starting);
  const running = await starting;
  const aboutSalt = madeSalt ? saltNotice(folder, certificate, hadCertificate) : null;
  await welcome(settings.quiet, {
    version,
    urls: urlsOf(settings, certificate, hosts, running.port),
    fingerprint: certificate?.fingerprint ?? null,
    browserWarns: certificate?.own === false,
    notices: [...guarded, ...noticesOf(certificate), ...(aboutSalt === null ? [] : [aboutSalt])],
  });
}

/** systemd's socket goes before --socket, and that before the port. */
function placeOf({ socket, port, host }: Settings): Place {
  const descriptor = activatedDescriptor(process.env, process.pid);
  if (descriptor !== null) return { descriptor };
  return socket === null ? { port, host, flag: "--port" } : { socket };
}

/** Where guests find it, the best first; none where only a proxy that was not named knows. */
function urlsOf(
  { url, tls }: Settings,
  certificate: Certificate | null,
  hosts: readonly string[],
  port: number,
): readonly string[] {
  const named = url === null ? [] : [url];
  if (port === 0) return named;
  const names = certificate?.own === true ? certificate.names.slice(0, 1) : [];
  return [...named, ...[...names, ...hosts].map((host) => urlOf(tls ? "https" : "http", host, port))];
}

async function chooseCertificate(
  { own }: Settings,
  folder: string,
  reachable: readonly string[],
): Promise<Certificate> {
  if (own !== null) return readOwnCertificate(own, Date.now());
  const loopback = ["localhost", "127.0.0.1", "::1"];
  const named = [hostname(), ...reachable].filter(isCertifiable);
  return findCertificate(folder, {
    hosts: [...new Set([...loopback, ...named, ...lanAddresses(networkInterfaces())])],
    linked: reachable.slice(0, 1).filter(isCertifiable),
    nowMs: Date.now(),
  });
}

/** A host name or an address without a zone. */
function isCertifiable(host: string): boolean {
  return /^[a-z0-9.:-]{1,253}$/i.test(host);
}

/** What a new salt means for rooms that guests may know from before; null where no relay can have run before. */
function saltNotice(folder: string, certificate: Certificate | null, hadCertificate: boolean): string | null {
  if (hadCertificate) return "The salt was missing and was made anew: earlier rooms will not be found.";
  // With an operator's certificate, or a proxy's, the folder looks the same at a first start and after a loss.
  if (certificate?.own === false) return null;
  return `A salt was made in ${folder}: rooms of a relay before this one will not be found.`;
}

function noticesOf(certificate: Certificate | null): string[] {
  const made = certificate?.made;
  const again = "Guests will see the browser's warning again.";
  const notices: string[] = [];
  if (made === "expired") notices.push(`The certificate was about to expire and was made anew. ${again}`);
  if (made === "moved") {
    notices.push(`The certificate was made anew for this machine's new address. ${again}`);
  }
  if (made === "broken") notices.push(`The certificate's key was missing: both were made anew. ${again}`);
  return notices;
}

async function welcome(quiet: boolean, facts: WelcomeFacts): Promise<void> {
  const { stdout, env } = process;
  if (quiet || !stdout.isTTY || facts.urls.length === 0) {
    stdout.write(plainWelcome(facts));
    return;
  }
  const colours = !env["NO_COLOR"] && env["TERM"] !== "dumb";
  stdout.write(await inviteWelcome(facts, { colours, columns: stdout.columns }, randomBytes));
}

/** Ctrl-C and a closed terminal stop at once, SIGTERM lets guests go spread out. A second Ctrl-C does not wait. */
function stopOnSignals(starting: Promise<Running>): void {
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
  process.on("SIGHUP", stop(1001));
  process.on("SIGTERM", stop(1012));
}

function helpText(): string {
  return [
    "secure-room [serve] [flags]   starts it",
    "secure-room doctor [flags]    looks for what keeps it from working",
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
    "a share, --max-connections-per-ip and --connection-age.",
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
