/* The little of Streamlit's component protocol that the wall speaks. */

/**
 * @param {string} type
 * @param {Record<string, unknown>} content
 */
const send = (type, content) => window.parent.postMessage({ isStreamlitMessage: true, type, ...content }, "*");

let sent = 0;

/**
 * Tell the server something; each message has a number of its own, so that none is taken twice.
 * @param {"decide" | "leave"} kind
 * @param {Record<string, unknown>} [content]
 */
export const tell = (kind, content = {}) =>
  send("streamlit:setComponentValue", {
    dataType: "json",
    value: { kind, n: `${Date.now()}-${++sent}`, ...content },
  });

/**
 * Say that the wall is ready, and hear what the server shows on it.
 * @param {(args: any) => void} onRender
 */
export const connect = (onRender) => {
  window.addEventListener("message", (event) => {
    if (event.source === window.parent && event.data?.type === "streamlit:render") onRender(event.data.args);
  });
  send("streamlit:componentReady", { apiVersion: 1 });
  send("streamlit:setFrameHeight", { height: 400 });
};

/** The page around the wall; `null` when it may not be touched. */
export const pageAround = () => {
  try {
    return window.parent.document;
  } catch {
    return null;
  }
};
