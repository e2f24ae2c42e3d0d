/** A page for tests: as much of a browser's document as the scripts of this site use, made by hand. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const SCRIPTS = fileURLToPath(new URL("../../static/js", import.meta.url));

const toAttribute = (key) => `data-${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

class Text {
  constructor(text) {
    this.textContent = text;
  }
}

/** Read one part of a selector. Returns what an element must be. Scripts find things by attributes, so nothing else is read. */
function parseCompound(text) {
  const tests = [];
  const rest = text.replace(/\[([\w-]+)(?:="([^"]*)")?\]/g, (_all, name, value) => {
    tests.push((node) => node.hasAttribute(name) && (value === undefined || node.getAttribute(name) === value));
    return "";
  });
  if (rest) throw new Error(`scripts find things by data-*, not by ${JSON.stringify(text)}`);
  return (node) => tests.every((test) => test(node));
}

export class Element {
  constructor(tagName, attributes = {}, ...nodes) {
    this.tagName = tagName;
    this.attributes = new Map(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
    this.nodes = [];
    this.parent = null;
    this.listeners = new Map();
    this.checked = this.hasAttribute("checked");
    this.value = attributes.value ?? "";
    this.submitted = 0;
    const dataset = {
      get: (_target, key) => this.attributes.get(toAttribute(key)),
      set: (_target, key, value) => Boolean(this.attributes.set(toAttribute(key), String(value))),
      has: (_target, key) => this.attributes.has(toAttribute(key)),
    };
    this.dataset = new Proxy({}, dataset);
    this.classList = { add: (word) => (this.className = `${this.className} ${word}`.trim()) };
    this.append(...nodes);
  }

  getAttribute = (name) => this.attributes.get(name) ?? null;
  hasAttribute = (name) => this.attributes.has(name);
  setAttribute = (name, value) => void this.attributes.set(name, String(value));
  removeAttribute = (name) => void this.attributes.delete(name);

  get children() {
    return this.nodes.filter((node) => node instanceof Element);
  }

  get firstChild() {
    return this.nodes[0];
  }

  get textContent() {
    return this.nodes.map((node) => node.textContent).join("");
  }

  set textContent(text) {
    this.nodes = text ? [new Text(text)] : [];
  }

  hasChildNodes = () => this.nodes.length > 0;

  append(...nodes) {
    for (const node of nodes) {
      if (node instanceof Element) node.parent = this;
      this.nodes.push(node instanceof Element ? node : new Text(String(node)));
    }
  }

  replaceChildren(...nodes) {
    this.nodes = [];
    this.append(...nodes);
  }

  replaceWith(other) {
    other.parent = this.parent;
    this.parent.nodes[this.parent.nodes.indexOf(this)] = other;
  }

  cloneNode() {
    const nodes = this.nodes.map((node) => (node instanceof Element ? node.cloneNode() : node.textContent));
    return new Element(this.tagName, Object.fromEntries(this.attributes), ...nodes);
  }

  contains = (node) => node === this || this.children.some((child) => child.contains(node));

  matches(selector) {
    return selector.split(",").some((alternative) => {
      const steps = alternative.trim().split(/\s+/).map(parseCompound);
      if (!steps.pop()(this)) return false;
      for (let above = this.parent; above && steps.length; above = above.parent) {
        if (steps[steps.length - 1](above)) steps.pop();
      }
      return !steps.length;
    });
  }

  closest(selector) {
    return this.matches(selector) ? this : (this.parent?.closest(selector) ?? null);
  }

  querySelectorAll(selector) {
    return this.children.flatMap((child) => [...(child.matches(selector) ? [child] : []), ...child.querySelectorAll(selector)]);
  }

  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /** The elements of one kind, for tests; a script never looks for them so. */
  all(tagName) {
    return this.children.flatMap((child) => [...(child.tagName === tagName ? [child] : []), ...child.all(tagName)]);
  }

  /** What a form calls its fields by. */
  get elements() {
    return Object.fromEntries(this.querySelectorAll("[name]").map((field) => [field.getAttribute("name"), field]));
  }

  addEventListener(type, listener) {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  /** Do to an element what a person does; waits for what listens. Returns the event. */
  async dispatch(type, details = {}) {
    const event = { type, target: this, prevented: false, preventDefault: () => (event.prevented = true), ...details };
    for (let node = this; node; node = node.parent) {
      for (const listener of node.listeners.get(type) ?? []) await listener(event);
    }
    return event;
  }

  submit() {
    this.submitted += 1;
  }
}

/** Attributes that the browser keeps as properties. */
for (const name of ["href", "lang", "title", "name", "type"]) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return this.getAttribute(name) ?? (name === "href" ? undefined : "");
    },
    set(value) {
      this.setAttribute(name, value);
    },
  });
}
Object.defineProperty(Element.prototype, "className", {
  get() {
    return this.getAttribute("class") ?? "";
  },
  set(value) {
    this.setAttribute("class", value);
  },
});
for (const name of ["hidden", "disabled"]) {
  Object.defineProperty(Element.prototype, name, {
    get() {
      return this.hasAttribute(name);
    },
    set(value) {
      if (value) this.setAttribute(name, "");
      else this.removeAttribute(name);
    },
  });
}

export const h = (tagName, attributes, ...nodes) => new Element(tagName, attributes, ...nodes);

const install = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

/** What the browser would send of a form. */
class FormData {
  constructor(form) {
    this.form = form;
  }

  getAll(name) {
    const given = (field) => !["checkbox", "radio"].includes(field.type) || field.checked;
    return this.form.querySelectorAll(`[name="${name}"]`).filter(given).map((field) => field.value);
  }
}

/** Put a page in place of the browser's. Returns what the scripts do to it: asked, went, kept. */
export function open(body, { cookie = "", hostname = "puente.example", answer = () => 404 } = {}) {
  const root = h("html", { lang: "es" }, ...(Array.isArray(body) ? body : [body]));
  const document = h("document", {}, root);
  Object.assign(document, { documentElement: root, cookie, hidden: false, activeElement: root });
  document.createElement = (tagName) => h(tagName);
  const seen = { root, document, asked: [], went: [], reloads: 0, storage: new Map(), online: [], beforeunload: [] };
  const { storage } = seen;
  const localStorage = {
    getItem: (key) => storage.get(key) ?? null,
    setItem: (key, value) => void storage.set(key, value),
    removeItem: (key) => void storage.delete(key),
  };
  const location = { hostname, href: "here", assign: (url) => seen.went.push(url), reload: () => (seen.reloads += 1) };
  /** `answer` gives a status, or a body that is sent with 200; what it throws is a lost connection. */
  const fetch = async (path, options = {}) => {
    const body = options.body ? JSON.parse(options.body) : undefined;
    seen.asked.push({ path, body, options });
    const ended = new Promise((_none, reject) => options.signal?.addEventListener("abort", () => reject(options.signal.reason)));
    const given = await Promise.race([answer(path, body, options), ...(options.signal ? [ended] : [])]);
    const { status, json } = typeof given === "number" ? { status: given } : given.status ? given : { status: 200, json: given };
    return { status, ok: status < 300, json: async () => json ?? {}, text: async () => json ?? "" };
  };
  const everything = { document, location, localStorage, fetch, FormData, window: globalThis, isSecureContext: true };
  for (const [name, value] of Object.entries(everything)) install(name, value);
  install("addEventListener", (type, listener) => seen[type].push(listener));
  return seen;
}

export const put = install;

const folders = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** Run a script of the site, and every module it asks for, as a page that was just opened does. Returns what it exports. */
export async function run(name) {
  const folder = await mkdtemp(join(tmpdir(), "puente-js-"));
  folders.push(folder);
  await cp(SCRIPTS, folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  const loaded = await import(pathToFileURL(join(folder, name)));
  await settled();
  return loaded;
}

export const read = (name) => readFile(join(SCRIPTS, name), "utf-8");

/** Let everything that waits for nothing but its turn be done. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
