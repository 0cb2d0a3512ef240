// Loaded into the relay by the soak test, so that what it holds can be told from what it has not swept up yet.
// SIGPWR collects all garbage: the relay itself knows nothing of it. Needs --expose-gc.

process.on("SIGPWR", () => {
  globalThis.gc();
  globalThis.gc();
});
