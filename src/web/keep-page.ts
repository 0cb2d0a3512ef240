// Keeps the page in the browser, for whoever asks for it: a service worker that holds the page's own files and nothing
// else, and that can be thrown away again.

/** The one address that the policy gives: whatever it is asked, it cannot be led elsewhere. */
const workerPath = "/worker.js";

interface Policy {
  createScriptURL(text: string): string;
}
interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL: () => string }): Policy;
}

/** Made once: the page may not make a second one of this name. */
let policy: Policy | undefined;

/** Whether the page is kept here. */
export async function isPageKept(): Promise<boolean> {
  return (await registration()) !== undefined;
}

/** False: the browser does not keep pages from here, because of its settings or of a certificate it does not know. */
export async function keepPage(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) return false;
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy("secure-room-worker", { createScriptURL: () => workerPath });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL("") ?? workerPath);
    return true;
  } catch {
    return false;
  }
}

/** Throws away the worker and every file it holds. */
export async function dropPage(): Promise<void> {
  await (await registration())?.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  return "serviceWorker" in navigator
    ? navigator.serviceWorker.getRegistration().catch(() => undefined)
    : undefined;
}
