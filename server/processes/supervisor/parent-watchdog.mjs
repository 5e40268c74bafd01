// Loaded into every Node child (`--import`): when the supervisor is gone, killed even, the
// channel to it closes, and the child ends itself as if it had been asked to.
const SECONDS_TO_STOP = 10;

process.on("disconnect", () => {
  setTimeout(() => process.exit(1), SECONDS_TO_STOP * 1000).unref();
  process.kill(process.pid, "SIGTERM");
});
