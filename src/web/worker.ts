// The service worker: holds the page's own files, which are named by their content, and answers with them. The page
// itself comes from the server whenever that answers, so that nobody is kept on an old one. It is bundled by itself and
// knows nothing of rooms; everything else goes to the server as if it were not there.

/** Put in by the build: the page's hashed files. */
declare const shellPaths: readonly string[];
/** Put in by the build: changes with any of them. */
declare const shellName: string;

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetch extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface NotificationClick extends Extendable {
  readonly notification: { close(): void };
}
interface Worker {
  readonly clients: {
    claim(): Promise<void>;
    matchAll(of: { type: "window" }): Promise<readonly { focus(): Promise<unknown> }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetch) => void): void;
  addEventListener(type: "notificationclick", listener: (event: NotificationClick) => void): void;
}

const worker = globalThis as unknown as Worker;
const pages = new Set(["/", "/join"]);

worker.addEventListener("install", (event) => {
  event.waitUntil(install());
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOld());
});
worker.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (pages.has(pathname)) event.respondWith(freshPage(event.request));
  if (shellPaths.includes(pathname)) event.respondWith(kept(event.request));
});
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(focusPage());
});

async function install(): Promise<void> {
  const cache = await caches.open(shellName);
  await cache.addAll(["/", ...shellPaths]);
  await worker.skipWaiting();
}

async function dropOld(): Promise<void> {
  for (const name of await caches.keys()) if (name !== shellName) await caches.delete(name);
  await worker.clients.claim();
}

async function freshPage(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const held = await caches.match("/");
    if (held === undefined) throw error;
    return held;
  }
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function focusPage(): Promise<void> {
  const [first] = await worker.clients.matchAll({ type: "window" });
  await first?.focus();
}
