// Loaded into the relay by the soak test, so that what it holds can be told from what it has not swept up yet.
// SIGUSR2 collects all garbage. Needs --expose-gc.

process.on("SIGUSR2", () => {
  globalThis.gc();
  globalThis.gc();
});
