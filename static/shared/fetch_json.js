/* Files from our own server, asked for again while they are still being made or the server is just coming back. */

/** The server answered, but not with the file. */
export class StatusError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

/**
 * @param {number} milliseconds
 * @returns {Promise<void>}
 */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/**
 * The content of a JSON file.
 * @param {string} address
 * @param {object} [options]
 * @param {number} [options.tries] how often a failure is followed by another attempt
 * @param {(error: unknown) => boolean} [options.isPassing] whether a failure may pass
 * @param {() => void} [options.onWait] called before each wait
 * @param {number} [options.pauseMs]
 * @returns {Promise<any>}
 */
export const fetchJson = async (address, options = {}) => {
  const { tries = 0, isPassing = () => true, onWait = () => {}, pauseMs = 1000 } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const answer = await fetch(address, attempt ? { cache: "reload" } : {});
      if (!answer.ok) throw new StatusError(answer.status);
      return await answer.json();
    } catch (error) {
      if (attempt >= tries || !isPassing(error)) throw error;
    }
    onWait();
    await pause(pauseMs);
  }
};

/**
 * The tile grid: that of a province seen for the first time is still being laid out and comes within a minute.
 * @param {string} address
 * @param {() => void} [onWait]
 */
export const fetchGrid = (address, onWait) =>
  fetchJson(address, { tries: 60, isPassing: (error) => error instanceof StatusError && error.status === 404, onWait });
