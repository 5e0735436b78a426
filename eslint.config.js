import js from "@eslint/js";

const browser = [
  "window",
  "document",
  "location",
  "history",
  "localStorage",
  "crypto",
  "fetch",
  "performance",
  "ResizeObserver",
  "MutationObserver",
  "matchMedia",
  "URL",
  "Element",
  "HTMLElement",
  "PopStateEvent",
  "requestAnimationFrame",
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "L",
];
const html = ["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({
  property,
  message: "Text from data is set with textContent, never as HTML.",
}));

export default [
  { ignores: ["static/vendor/", "static/geo/", "**/*.d.ts"] },
  js.configs.recommended,
  {
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "module",
      globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-var": "error",
      "prefer-const": "error",
      "prefer-arrow-callback": "error",
      "prefer-template": "error",
      "func-style": ["error", "expression"],
      "object-shorthand": "error",
      eqeqeq: "error",
      "no-shadow": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": ["error", ...html],
      complexity: ["error", 15],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 50],
      "max-params": ["error", 4],
    },
  },
  { files: ["static/board/load.js"], languageOptions: { sourceType: "script" } },
  {
    files: ["tests/static/**"],
    languageOptions: { globals: { globalThis: "readonly", Response: "readonly" } },
    rules: { "max-lines-per-function": "off" },
  },
];
