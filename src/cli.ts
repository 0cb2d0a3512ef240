// The command: reads flags and environment, starts the relay, welcomes the host, stops on Ctrl-C.
// The only importer of commander and of the page that the build embeds. Every mistake is one line and an exit code.

import { randomBytes } from "node:crypto";
import { Command, CommanderError, Option } from "commander";
import { files, version } from "secure-room:page";
import { decodePage } from "./server/assets.ts";
import { createChallenges } from "./server/acme-challenges.ts";
import { readConfig } from "./server/config.ts";
import { readDescriptorLimit } from "./server/descriptors.ts";
import { diagnose } from "./server/doctor.ts";
import { examine } from "./server/examine.ts";
import { activatedDescriptor, type Place } from "./server/listen.ts";
import { guardFolder } from "./server/guard.ts";
import { limitRows, plainRows, valueOf, variableOf } from "./server/flags.ts";
import { steadyHeap } from "./server/heap.ts";
import { helpText } from "./server/help.ts";
import { urlOf } from "./server/hosts.ts";
import {
  findIdentity,
  hasIdentity,
  type Identity,
  secretsOf,
  vouchedAddress,
  vouchedBy,
} from "./server/identity.ts";
import { createLog, type Log } from "./server/logger.ts";
import { Mistake } from "./server/mistake.ts";
import { rehearse } from "./server/rehearsal.ts";
import { start, type Running } from "./server/server.ts";
import { readSettings, type Settings } from "./server/settings.ts";
import { stopOnSignals } from "./server/signals.ts";
import { findSalt, openFolder, readSalt, readSaltFile, saltName, usualFolder } from "./server/state.ts";
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
  // Commander's own subcommands must stand before every flag; here the word may stand anywhere among them.
  program
    .argument("[command]")
    .allowExcessArguments()
    .action(async (_word: string | undefined, flags: Flags) => await runCommand(program, flags));
  addSettings(program);
  return program;
}

async function runCommand(program: Command, found: Flags): Promise<void> {
  const flags = byFlag(found, program);
  refuseSwallowed(flags);
  const [word = "serve", ...more] = program.args;
  if (word === "help") program.help();
  const stranger = word === "serve" || word === "doctor" ? more[0] : word;
  if (stranger !== undefined) {
    const shown = JSON.stringify(stranger);
    throw new Mistake(`there is no command ${shown}: secure-room --help tells what there is`);
  }
  await (word === "doctor" ? runDoctor(flags) : runServe(flags));
}

/** In `--acme --acme-email a@b.c` commander takes the second flag for the domain. */
function refuseSwallowed(flags: Flags): void {
  const known = new Set([...plainRows, ...limitRows].map(({ flag }) => `--${flag}`));
  const values = [
    ...plainRows.map(({ flag, value }) => ({ flag, value })),
    ...limitRows.map((row) => ({ flag: row.flag, value: valueOf(row) })),
  ];
  for (const { flag, value } of values) {
    const next = [flags[flag]].flat().find((text) => typeof text === "string" && known.has(text));
    if (next !== undefined)
      throw new Mistake(`--${flag} needs its ${value}: write it before ${String(next)}`);
  }
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
  const findings = diagnose(settings.limits, await examine(settings, folder, descriptorLimit));
  process.stdout.write(findingLines(findings));
  if (findings.some(({ verdict }) => verdict === "bad")) process.exit(1);
}

async function runServe(flags: Flags): Promise<void> {
  steadyHeap();
  const descriptorLimit = readDescriptorLimit();
  const settings = await readGiven(flags, descriptorLimit);
  const folder = settings.certs ?? usualFolder(process.platform, process.env);
  const log = createLog(
    settings.logLevel,
    (line) => process.stderr.write(line),
    () => new Date(),
  );
  const starting = open(settings, { folder, log, descriptorLimit });
  // Before it listens: whoever can connect can also stop it.
  const signals = stopOnSignals(starting, { fail, log });
  const { running, identity, notices } = await starting;
  if (settings.acme !== null && identity.certificate?.own !== true) {
    process.stdout.write(`getting a certificate for ${settings.acme.domain} …\n`);
  }
  const kept = await identity.keepFresh(running);
  signals.reload = kept.reload;
  const { certificate } = kept;
  const urls = urlsOf(settings, identity.hosts, running.port);
  const { authority } = identity;
  const vouched = authority === null || certificate === null ? null : vouchedAddress(certificate, urls);
  await welcome(settings.quiet, {
    version,
    pid: process.pid,
    urls: kept.url === null ? urls : [kept.url, ...urls],
    fingerprint: (vouched === null ? certificate : authority)?.fingerprint ?? null,
    browserWarns: certificate?.own === false,
    authorityUrl: vouched === null ? null : `${vouched}/ca`,
    metricsUrl: running.metricsPort === null ? null : `http://127.0.0.1:${running.metricsPort}/metrics`,
    notices: [...notices, ...kept.notices, ...(vouched === null ? authorityNotice(authority) : [])],
  });
}

/** What a start has led to. */
interface Opened {
  readonly running: Running;
  readonly identity: Identity;
  /** Sentences about what changed since the last start. */
  readonly notices: readonly string[];
}

/** Finds or makes what the folder keeps, and listens. @throws Mistake having changed nothing, as far as can be known before */
async function open(
  settings: Settings,
  from: { readonly folder: string; readonly log: Log; readonly descriptorLimit: number | null },
): Promise<Opened> {
  const { folder, log, descriptorLimit } = from;
  const place = placeOf(settings);
  await rehearse(settings, place, Date.now());
  await openFolder(folder);
  if (settings.saltFile === null) await readSalt(folder);
  const guarded = await guardFolder(folder, { secrets: secretsOf(settings), fixed: saltName });
  const hadCertificate = await hasIdentity(folder);
  const challenges = createChallenges();
  const identity = await findIdentity({ settings, folder, challenges, log, version });
  const { salt, made: madeSalt } =
    settings.saltFile === null
      ? await findSalt(folder, randomBytes)
      : { salt: await readSaltFile(settings.saltFile), made: false };
  const running = await start({
    ...settings,
    vouchedBy: vouchedBy(settings),
    logs: settings.logLevel !== "silent",
    place,
    descriptorLimit,
    certificate: identity.certificate,
    challenges,
    routes: identity.routes,
    salt,
    page: decodePage(files),
    version,
    log,
  });
  // As it is right behind a proxy that passes connections on unread; most end TLS themselves.
  const isOdd = "socket" in place && settings.tls;
  const socketNotices = isOdd
    ? ["The socket speaks TLS: for a proxy that has the certificate add --no-tls."]
    : [];
  const saltNotices = madeSalt ? saltNotice(folder, settings, hadCertificate) : [];
  return { running, identity, notices: [...guarded, ...identity.notices, ...socketNotices, ...saltNotices] };
}

/** systemd's socket goes before --socket, and that before the port. */
function placeOf({ socket, port, host, tls }: Settings): Place {
  const descriptor = activatedDescriptor(process.env, process.pid);
  if (descriptor !== null) return { descriptor, isLocal: !tls };
  return socket === null ? { port, host, flag: "--port" } : { socket };
}

/** Where guests find it, the best first; none where only a proxy that was not named knows. */
function urlsOf({ url, tls }: Settings, hosts: readonly string[], port: number): readonly string[] {
  const named = url === null ? [] : [url];
  if (port === 0) return named;
  return [...named, ...hosts.map((host) => urlOf(tls ? "https" : "http", host, port))];
}

/** What a new salt means for rooms that guests may know from before; nothing where no relay can have run before. */
function saltNotice(folder: string, { own, tls }: Settings, hadCertificate: boolean): string[] {
  if (hadCertificate) return ["The salt was missing and was made anew: earlier rooms will not be found."];
  // With an operator's certificate, or a proxy's, the folder looks the same at a first start and after a loss.
  if (own === null && tls) return [];
  return [
    `A new salt was made in ${folder}. If you moved here from another machine, bring its salt along: without it earlier rooms are not found.`,
  ];
}

/** The line that `/ca` has people compare, where the welcome does not name the authority itself. */
function authorityNotice(authority: Identity["authority"]): string[] {
  if (authority === null) return [];
  return [
    `The authority that /ca offers, by this machine's private names and addresses, has the SHA-256 ${authority.fingerprint}.`,
  ];
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

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}

function fail(message: string): never {
  process.stderr.write(`secure-room: ${oneLine(message)}\n`);
  process.exit(1);
}
