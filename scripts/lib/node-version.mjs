const NEEDED = [20, 9];

/** null when this Node.js will do, else what to say. */
export function nodeProblem(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return null;
  return (
    `This needs Node.js ${NEEDED.join(".")} or newer; this is ${version}. ` +
    "Install a current one (https://nodejs.org, or `nvm install 22`) and run the command again."
  );
}
